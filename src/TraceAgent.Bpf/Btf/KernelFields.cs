using TraceAgent.Linux;

namespace TraceAgent.Bpf.Btf;

/// <summary>
/// Offsets in bytes of members in the kernel's structures. Only types with names that are asked for are read, so questions are asked
/// twice: first to collect their names.
/// </summary>
internal sealed class KernelFields
{
    private readonly HashSet<string> _names = [];
    private readonly KernelTypes? _kernel;

    /// <param name="kernel">The types of the kernel; null to collect names: then every answer is 0 or null.</param>
    private KernelFields(KernelTypes? kernel) => _kernel = kernel;

    /// <summary>Reads the kernel's types, and from them what <paramref name="read"/> asks for.</summary>
    /// <param name="remedy">The remedy where the kernel does not tell its types.</param>
    /// <param name="read">Asks; called twice, and must ask the same whatever the answers are.</param>
    /// <exception cref="KernelException">The kernel does not tell its types, or has other ones.</exception>
    public static T Read<T>(string remedy, Func<KernelFields, T> read)
    {
        try
        {
            var asked = new KernelFields(null);
            read(asked);
            using var kernel = KernelTypes.Read(asked._names);
            return read(new KernelFields(kernel));
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new KernelException("read", $"the kernel's types ({problem.Message})", KernelException.Enoent, remedy);
        }
    }

    /// <exception cref="InvalidDataException">The kernel has no such member, or several at different places.</exception>
    public int Require(string structure, string member) =>
        Find(structure, member) ?? Missing($"struct {structure} has no {member}, or not in one place");

    /// <exception cref="InvalidDataException">The kernel has no such structure, or several of different sizes.</exception>
    public int SizeOf(string structure)
    {
        var sizes = Structures(structure).Select(number => _kernel!.Types[number].SizeOrType).Distinct().ToList();
        return sizes is [var size] ? (int)size : Missing($"there is no struct {structure}, or not of one size");
    }

    /// <summary>The BTF ID of a function; null when the kernel has none, or several.</summary>
    public int? Function(string name)
    {
        _names.Add(name);
        return _kernel?.Types.Functions(name).ToList() is [var only] ? only : null;
    }

    public int? Find(string structure, string member)
    {
        // Drivers have structures with names that the kernel uses as well; two of the same form are one.
        var places = Structures(structure).Select(number => _kernel!.Types.FindMember(number, member)?.Bits).OfType<uint>()
            .Distinct().ToList();
        return places is [var bits] && bits % 8 == 0 ? (int)(bits / 8) : null;
    }

    private List<int> Structures(string name)
    {
        _names.Add(name);
        return _kernel?.Types.Composites(name).Where(number => _kernel.Types[number].Kind == BtfKind.Struct).ToList() ?? [];
    }

    private int Missing(string problem) => _kernel is null ? 0 : throw new InvalidDataException(problem);
}
