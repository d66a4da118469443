using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>The link of a program to an interface, by the <c>bpf</c> system call (net/core/dev.c, <c>bpf_xdp_link_attach</c>).</summary>
internal static unsafe class XdpLink
{
    private const int LinkCreate = 28;
    private const int AttachTypeXdp = 37;
    private const int LinkInfoSize = 64;
    private const int LinkInfoInterface = 16;
    private const int ProgramInfoName = 64;
    private const int NameSize = 16;

    public const int Ebusy = 16;
    public const int Eexist = 17;
    public const int Enodev = 19;
    public const int Eopnotsupp = 95;

    /// <returns>A link, or -errno. A program that is there is never replaced by a link.</returns>
    public static int Create(int program, int interfaceIndex, PacketMode mode)
    {
        var attributes = new LinkAttributes
        {
            ProgramFd = (uint)program,
            TargetInterface = (uint)interfaceIndex,
            AttachType = AttachTypeXdp,
            Flags = FlagOf(mode),
        };
        var fd = Libc.Bpf(LinkCreate, &attributes, (uint)sizeof(LinkAttributes));
        var errno = Libc.Errno();
        // EINVAL also stands for an interface that does not exist (bpf_xdp_link_attach in net/core/dev.c).
        if (fd >= 0)
        {
            return fd;
        }

        return errno == KernelException.Einval && !Exists(interfaceIndex) ? -Enodev : -errno;
    }

    /// <summary>The index of the link's interface; 0 when the interface is gone.</summary>
    public static int InterfaceOf(BpfHandle link)
    {
        var info = stackalloc byte[LinkInfoSize];
        new Span<byte>(info, LinkInfoSize).Clear();
        uint size = LinkInfoSize;
        return LibBpf.GetInfo(link.Fd, info, &size) == 0 ? *(int*)(info + LinkInfoInterface) : 0;
    }

    /// <summary>The program that an interface has; ID 0 when the kernel does not say, name null when it says only the ID.</summary>
    public static (uint Id, string? Name) ProgramOf(int interfaceIndex)
    {
        var query = new LibBpf.XdpQueryOptions { Size = (nuint)sizeof(LibBpf.XdpQueryOptions) };
        if (LibBpf.XdpQuery(interfaceIndex, 0, &query) < 0)
        {
            return (0, null);
        }

        uint[] ids = [query.ProgramId, query.NativeProgramId, query.GenericProgramId, query.OffloadedProgramId];
        var id = ids.FirstOrDefault(candidate => candidate != 0);
        return (id, id == 0 ? null : NameOf(id));
    }

    private static bool Exists(int interfaceIndex)
    {
        var name = stackalloc byte[NameSize];
        return Libc.InterfaceName((uint)interfaceIndex, name) != null;
    }

    private static string? NameOf(uint program)
    {
        var fd = LibBpf.ProgramFdById(program);
        if (fd < 0)
        {
            return null;
        }

        using var handle = new BpfHandle(fd);
        var info = stackalloc byte[ProgramInfoName + NameSize];
        new Span<byte>(info, ProgramInfoName + NameSize).Clear();
        uint size = ProgramInfoName + NameSize;
        return LibBpf.GetInfo(fd, info, &size) == 0
            ? Encoding.ASCII.GetString(info + ProgramInfoName, NameSize).TrimEnd('\0')
            : null;
    }

    /// <summary><c>XDP_FLAGS_*</c> of include/uapi/linux/if_link.h.</summary>
    private static uint FlagOf(PacketMode mode) => mode switch
    {
        PacketMode.Generic => 1 << 1,
        PacketMode.Native => 1 << 2,
        PacketMode.Offload => 1 << 3,
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    /// <summary><c>union bpf_attr</c>, <c>link_create</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LinkAttributes
    {
        public uint ProgramFd;
        public uint TargetInterface;
        public uint AttachType;
        public uint Flags;
    }
}
