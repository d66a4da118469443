using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Bpf.Btf;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Maps;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Programs;

/// <summary>One of the objects of <c>bpf/</c>, embedded in this assembly.</summary>
internal sealed unsafe class BpfObject : IDisposable
{
    /// <summary>The name of the map of the variables that begin as zero.</summary>
    public const string Variables = ".bss";

    /// <summary>The name of the map of the constants.</summary>
    public const string Constants = ".rodata";

    private const int ProgramInformationSize = 216;
    private const int MissesOffset = 208;

    private readonly string _name;
    private readonly string _privileges;
    private readonly List<nint> _links = [];
    private readonly List<int> _programs = [];
    private nint _object;

    private BpfObject(string name, string privileges) => (_name, _privileges) = (name, privileges);

    /// <summary>Runs of the programs that the kernel skipped, because the same program had been preempted on that CPU.</summary>
    public long Misses
    {
        get
        {
            long misses = 0;
            var information = stackalloc byte[ProgramInformationSize];
            foreach (var program in _programs)
            {
                new Span<byte>(information, ProgramInformationSize).Clear();
                uint length = ProgramInformationSize;
                // recursion_misses of struct bpf_prog_info (include/uapi/linux/bpf.h) exists since 5.12; older kernels leave it zero.
                misses += LibBpf.GetInfo(program, information, &length) == 0 ? *(long*)(information + MissesOffset) : 0;
            }

            return misses;
        }
    }

    /// <summary>Loads an object and attaches it where its sections say. It may read structures of the kernel.</summary>
    /// <param name="name">The name of the source, <c>bpf/NAME.bpf.c</c>.</param>
    /// <exception cref="KernelException">Not permitted, or the kernel lacks what the object needs.</exception>
    public static BpfObject Attach(string name)
    {
        using var types = TypesFor(name);
        try
        {
            return Attach(name, types);
        }
        catch (KernelException) when (types is not null)
        {
            // Try with all types: when that is refused as well, its error is the one to report.
            return Attach(name, null);
        }
    }

    /// <param name="name">The name of the source, <c>bpf/NAME.bpf.c</c>.</param>
    /// <param name="privileges">The privileges that the message of a refusal names.</param>
    /// <param name="prepare">Sizes the maps, before the kernel sees them.</param>
    /// <exception cref="KernelException">Not permitted, or the kernel lacks what the object needs.</exception>
    public static BpfObject Load(string name, string privileges, Action<BpfObject> prepare) => Opened(name, privileges, null, opened =>
    {
        prepare(opened);
        opened.Load();
    });

    /// <summary>Gives a map another size than that of the source, before loading.</summary>
    public void Resize(string map, int entries) => Prepared(LibBpf.MapSetMaxEntries(FindMap(map), (uint)entries));

    /// <summary>Gives a map another type than that of the source, before loading.</summary>
    public void Retype(string map, MapType type) => Prepared(LibBpf.MapSetType(FindMap(map), (int)type));

    /// <summary>Sets all <c>const volatile</c> variables, before loading; the verifier then knows their values.</summary>
    public void SetConstants(ReadOnlySpan<byte> values)
    {
        fixed (byte* valuesAt = values)
        {
            Prepared(LibBpf.MapSetInitialValue(FindMap(Constants), valuesAt, (nuint)values.Length));
        }
    }

    /// <summary>The descriptor of a program, which is valid as long as this object is.</summary>
    public int ProgramFd(string program)
    {
        ObjectDisposedException.ThrowIf(_object == 0, this);
        var found = LibBpf.ObjectFindProgram(_object, program);
        return found != 0 ? LibBpf.ProgramFd(found) : throw new InvalidOperationException($"{_name}.bpf.o has no program {program}");
    }

    /// <summary>The descriptor of a map, which is valid as long as this object is.</summary>
    public int MapFd(string map) => LibBpf.MapFd(FindMap(map));

    /// <summary>The number of entries of a map; for a ring buffer, its bytes.</summary>
    public int MapEntries(string map) => (int)LibBpf.MapMaxEntries(FindMap(map));

    public void Dispose()
    {
        foreach (var link in _links)
        {
            _ = LibBpf.LinkDestroy(link);
        }

        _links.Clear();
        if (_object != 0)
        {
            LibBpf.ObjectClose(_object);
            _object = 0;
        }
    }

    /// <summary>The part of the kernel's types that the object needs; null when that is not known.</summary>
    internal static MemoryFile? TypesFor(string name)
    {
        using var opened = new BpfObject(name, Privileges.ForPrograms);
        opened.Open(null);
        return ReducedTypes.Of(opened._object);
    }

    /// <param name="name">The name of the source, <c>bpf/NAME.bpf.c</c>.</param>
    /// <param name="types">The part of the kernel's types that is needed; null for all, from the kernel.</param>
    internal static BpfObject Attach(string name, MemoryFile? types) => Opened(name, Privileges.ForPrograms, types, opened =>
    {
        opened.Load();
        opened.AttachPrograms();
    });

    private static BpfObject Opened(string name, string privileges, MemoryFile? types, Action<BpfObject> then)
    {
        var opened = new BpfObject(name, privileges);
        try
        {
            opened.Open(types);
            then(opened);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <param name="types">The part of the kernel's types that is needed; null for all, from the kernel.</param>
    private void Open(MemoryFile? types)
    {
        // libbpf would print to standard error what the exceptions here say.
        _ = LibBpf.SetPrint(0);
        using var resource = typeof(BpfObject).Assembly.GetManifestResourceStream($"{_name}.bpf.o")
            ?? throw new InvalidOperationException($"{_name}.bpf.o is not embedded");
        var image = new byte[resource.Length];
        resource.ReadExactly(image);
        fixed (byte* imageAt = image, nameAt = Encoding.ASCII.GetBytes(_name + '\0'))
        fixed (byte* typesAt = types is null ? null : Encoding.ASCII.GetBytes(types.Path + '\0'))
        {
            var options = new LibBpf.ObjectOpenOptions { Size = (nuint)sizeof(LibBpf.ObjectOpenOptions), Name = nameAt, Types = typesAt };
            _object = LibBpf.ObjectOpen(imageAt, (nuint)image.Length, &options);
            var errno = Libc.Errno();
            if (_object == 0)
            {
                throw Refusal("open", errno);
            }
        }
    }

    private void Load()
    {
        var result = LibBpf.ObjectLoad(_object);
        if (result < 0)
        {
            throw Refusal("load", -result);
        }
    }

    private void AttachPrograms()
    {
        for (var program = LibBpf.ObjectNextProgram(_object, 0); program != 0; program = LibBpf.ObjectNextProgram(_object, program))
        {
            var link = LibBpf.ProgramAttach(program);
            var errno = Libc.Errno();
            if (link == 0)
            {
                throw Refusal("attach", errno);
            }

            _links.Add(link);
            _programs.Add(LibBpf.ProgramFd(program));
        }
    }

    private void Prepared(int result)
    {
        if (result < 0)
        {
            throw Refusal("prepare", -result);
        }
    }

    private nint FindMap(string map)
    {
        ObjectDisposedException.ThrowIf(_object == 0, this);
        var found = LibBpf.ObjectFindMap(_object, map);
        return found != 0 ? found : throw new InvalidOperationException($"{_name}.bpf.o has no map {map}");
    }

    private KernelException Refusal(string operation, int errno) => new(operation, $"{_name}.bpf.o", errno, errno switch
    {
        // libbpf gives ESRCH (3) when there is no BTF.
        KernelException.Enoent or 3 => "needs a kernel with its types (CONFIG_DEBUG_INFO_BTF, /sys/kernel/btf/vmlinux)",
        _ => Privileges.RemedyFor(errno, _privileges),
    });
}
