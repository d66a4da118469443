using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Programs;
using TraceAgent.Linux;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>The way in which programs are attached to uprobes.</summary>
public enum AttachMethod
{
    /// <summary>One link for many sites (kernel 6.6 and newer).</summary>
    Multi,

    /// <summary>A perf event and a link for each site.</summary>
    PerfEvent,
}

/// <summary>A file whose instructions are probed.</summary>
/// <param name="Path">The path to open it by; may be <c>/proc/self/fd/N</c>.</param>
/// <param name="DisplayPath">The path as the user knows it.</param>
public readonly record struct UprobeFile(string Path, string DisplayPath);

/// <summary>An instruction to which a program is attached.</summary>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Cookie">The cookie that the program gets with a hit.</param>
internal readonly record struct UprobePlace(ulong Offset, ulong Cookie)
{
    /// <summary>File offset of the counter that the kernel raises while the place is probed; 0 for none.</summary>
    public ulong ReferenceCounter { get; init; }
}

/// <summary>
/// The links that keep one program attached to sites of one file. Closing detaches, and takes milliseconds: the kernel waits
/// until no CPU runs the program.
/// </summary>
internal sealed unsafe class UprobeLink : IDisposable
{
    public const int TraceUprobeMulti = 48;
    private const int LinkCreate = 28;
    private const int PerfEvent = 41;
    private const uint MultiReturn = 1;
    private const uint IoctlEnable = 0x2400;
    private const ulong CloseOnExec = 8;

    private readonly List<BpfHandle> _handles = [];

    private UprobeLink()
    {
    }

    /// <param name="method">The way to attach.</param>
    /// <param name="program">The program, loaded for this way.</param>
    /// <param name="file">The file.</param>
    /// <param name="places">The places, at least one.</param>
    /// <param name="onReturn">True to hit when the functions that begin there return, false when the instructions are hit.</param>
    /// <exception cref="KernelException">The kernel refused; nothing is attached.</exception>
    public static UprobeLink Attach(
        AttachMethod method, BpfProgram program, UprobeFile file, ReadOnlySpan<UprobePlace> places, bool onReturn)
    {
        var link = new UprobeLink();
        try
        {
            if (method == AttachMethod.Multi)
            {
                link.AttachMulti(program, file, places, onReturn);
            }
            else
            {
                foreach (var place in places)
                {
                    link.AttachPerfEvent(program, file, place, onReturn);
                }
            }

            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>True when the link has used up descriptors that are reserved for the agent.</summary>
    public bool UsesReserve => DescriptorTable.IsKept(_handles.Max(handle => handle.Fd));

    /// <summary>Detaches all links at once: one by one, each would wait for its own grace period.</summary>
    public static void CloseAll(IReadOnlyList<UprobeLink> links)
    {
        if (links.Count == 0)
        {
            return;
        }

        using var closing = SlowCloseReporter.Begin();
        ParallelClose.All([.. links.SelectMany(link => link._handles)]);
        foreach (var link in links)
        {
            link._handles.Clear();
        }
    }

    public void Dispose() => CloseAll([this]);

    private void AttachMulti(BpfProgram program, UprobeFile file, ReadOnlySpan<UprobePlace> places, bool onReturn)
    {
        var offsets = new ulong[places.Length];
        var cookies = new ulong[places.Length];
        var counters = new ulong[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            (offsets[i], cookies[i]) = places[i];
            counters[i] = places[i].ReferenceCounter;
        }

        var encodedPath = Encoding.UTF8.GetBytes(file.Path + '\0');
        fixed (byte* pathAt = encodedPath)
        fixed (ulong* offsetsAt = offsets, cookiesAt = cookies, countersAt = counters)
        {
            var attributes = new MultiAttributes
            {
                ProgramFd = (uint)program.Fd,
                AttachType = TraceUprobeMulti,
                Path = (ulong)pathAt,
                Offsets = (ulong)offsetsAt,
                ReferenceCounters = (ulong)countersAt,
                Cookies = (ulong)cookiesAt,
                Count = (uint)offsets.Length,
                MultiFlags = onReturn ? MultiReturn : 0,
            };
            var fd = Libc.Bpf(LinkCreate, &attributes, (uint)sizeof(MultiAttributes));
            var errno = Libc.Errno();
            Keep(fd, errno, file.DisplayPath, offsets, RemedyFor(errno, counters.Any(counter => counter != 0)));
        }
    }

    private void AttachPerfEvent(BpfProgram program, UprobeFile file, UprobePlace place, bool onReturn)
    {
        var encodedPath = Encoding.UTF8.GetBytes(file.Path + '\0');
        int perfFd;
        int errno;
        fixed (byte* pathAt = encodedPath)
        {
            var attributes = new PerfAttributes
            {
                Type = UprobePmu.Type,
                Size = (uint)sizeof(PerfAttributes),
                Config = (onReturn ? UprobePmu.ReturnBit : 0) | UprobePmu.ReferenceCounter(place.ReferenceCounter),
                Path = (ulong)pathAt,
                ProbeOffset = place.Offset,
            };
            perfFd = Libc.PerfEventOpen(&attributes, -1, 0, -1, CloseOnExec);
            errno = Libc.Errno();
        }

        var remedy = errno is KernelException.Eperm or KernelException.Eacces
            ? Privileges.ForPerfEvents
            : RemedyFor(errno, place.ReferenceCounter != 0);
        var linkAttributes = new PerfLinkAttributes
        {
            ProgramFd = (uint)program.Fd,
            TargetFd = (uint)perfFd,
            AttachType = PerfEvent,
            Cookie = place.Cookie,
        };
        Keep(perfFd, errno, file.DisplayPath, [place.Offset], remedy);
        var linkFd = Libc.Bpf(LinkCreate, &linkAttributes, (uint)sizeof(PerfLinkAttributes));
        errno = Libc.Errno();
        Keep(linkFd, errno, file.DisplayPath, [place.Offset], Privileges.RemedyFor(errno));
        if (Libc.Ioctl(perfFd, IoctlEnable, 0) < 0)
        {
            throw new KernelException("enable uprobe", Describe(file.DisplayPath, [place.Offset]), Libc.Errno());
        }
    }

    private void Keep(int fd, int errno, string displayPath, ReadOnlySpan<ulong> offsets, string? remedy)
    {
        if (fd < 0)
        {
            throw new KernelException("attach uprobe", Describe(displayPath, offsets), errno, remedy);
        }

        _handles.Add(new BpfHandle(fd));
    }

    /// <summary>
    /// The remedy for a second counter at the same place: the kernel keeps one counter for a place (kernel/events/uprobes.c,
    /// <c>ref_ctr_mismatch_warn</c>).
    /// </summary>
    private static string? RemedyFor(int errno, bool hasCounter) => errno == KernelException.Einval && hasCounter
        ? "another tracer may hold a place of it without its counter (semaphore)"
        : Privileges.RemedyFor(errno);

    private static string Describe(string path, ReadOnlySpan<ulong> offsets) =>
        offsets.Length == 1 ? $"{path}+0x{offsets[0]:x}" : $"{path} at {offsets.Length} sites";

    /// <summary><c>union bpf_attr</c>, <c>link_create</c> with <c>uprobe_multi</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MultiAttributes
    {
        public uint ProgramFd;
        public uint TargetFd;
        public uint AttachType;
        public uint Flags;
        public ulong Path;
        public ulong Offsets;
        public ulong ReferenceCounters;
        public ulong Cookies;
        public uint Count;
        public uint MultiFlags;
        public uint Pid;
        public uint Padding;
    }

    /// <summary><c>union bpf_attr</c>, <c>link_create</c> with <c>perf_event</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PerfLinkAttributes
    {
        public uint ProgramFd;
        public uint TargetFd;
        public uint AttachType;
        public uint Flags;
        public ulong Cookie;
    }

    /// <summary><c>struct perf_event_attr</c>, version 5.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 112)]
    private struct PerfAttributes
    {
        public uint Type;
        public uint Size;
        public ulong Config;
        public ulong SamplePeriod;
        public ulong SampleType;
        public ulong ReadFormat;
        public ulong Flags;
        public uint WakeupEvents;
        public uint BreakpointType;
        public ulong Path;
        public ulong ProbeOffset;
    }
}
