using TraceAgent.Linux;

namespace TraceAgent.Bpf.Kernel;

/// <summary>Offsets in bytes of members in the kernel's structures.</summary>
internal sealed class KernelFields(KernelTypes kernel)
{
    private readonly ILookup<uint, int> _structures = kernel.Types.Named(kernel.Names.Values.ToHashSet())
        .Where(number => kernel.Types[number].Kind == BtfKind.Struct)
        .ToLookup(number => kernel.Types[number].Name);

    /// <summary>Reads the kernel's types, and from them what <paramref name="read"/> asks for.</summary>
    /// <param name="names">The names of types, members and functions that it asks for.</param>
    /// <param name="remedy">The remedy where the kernel does not tell its types.</param>
    /// <param name="read">Asks.</param>
    /// <exception cref="KernelException">The kernel does not tell its types, or has other ones.</exception>
    public static T Read<T>(IReadOnlySet<string> names, string remedy, Func<KernelFields, T> read)
    {
        try
        {
            using var kernel = KernelTypes.Read(names);
            return read(new KernelFields(kernel));
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new KernelException("read", $"the kernel's types ({problem.Message})", KernelException.Enoent, remedy);
        }
    }

    /// <exception cref="InvalidDataException">The kernel has no such member, or several at different places.</exception>
    public int Require(string structure, string member) =>
        Find(structure, member) ?? throw new InvalidDataException($"struct {structure} has no {member}, or not in one place");

    /// <exception cref="InvalidDataException">The kernel has no such structure, or several of different sizes.</exception>
    public int SizeOf(string structure)
    {
        var sizes = kernel.Names.TryGetValue(structure, out var name)
            ? _structures[name].Select(number => kernel.Types[number].SizeOrType).Distinct().ToList()
            : [];
        return sizes is [var size] ? (int)size : throw new InvalidDataException($"there is no struct {structure}, or not of one size");
    }

    /// <summary>The BTF ID of a function; null when the kernel has none, or several.</summary>
    public int? Function(string name) =>
        kernel.Names.TryGetValue(name, out var label) && kernel.Types.Functions(label) is [var only] ? only : null;

    public int? Find(string structure, string member)
    {
        if (!kernel.Names.TryGetValue(structure, out var name) || !kernel.Names.TryGetValue(member, out var label))
        {
            return null;
        }

        // Drivers have structures with names that the kernel uses as well; two of the same form are one.
        var places = _structures[name].Select(number => kernel.Types.FindMember(number, label)?.Bits).OfType<uint>().Distinct().ToList();
        return places is [var bits] && bits % 8 == 0 ? (int)(bits / 8) : null;
    }
}
