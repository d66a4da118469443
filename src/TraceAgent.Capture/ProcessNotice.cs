using System.Runtime.InteropServices;
using System.Text;

namespace TraceAgent.Capture;

/// <summary>The act of a process that a notice reports.</summary>
public enum ProcessAct
{
    Forked = 1,
    Executed = 2,
    Ended = 3,

    /// <summary>The kernel ends a thread, or calls its handler, for what it has done (<c>FatalSignalCode</c>).</summary>
    Signalled = 4,
}

/// <summary>One record of <c>bpf/process.h</c>, valid as long as its bytes.</summary>
public readonly ref struct ProcessNotice
{
    public const int HeaderSize = 56;

    public const int ActOffset = 0;
    public const int PidOffset = 4;

    /// <summary>Offset of a signal's number, where other notices have the parent.</summary>
    public const int SignalOffset = 8;

    public const int FlagsOffset = 12;
    public const int TimeOffset = 16;
    public const int StartTimeOffset = 24;
    public const int InodeOffset = 32;
    public const int DeviceOffset = 40;
    public const int OriginOffset = 44;

    /// <summary>
    /// Offset of the length of the path; for a signal, of the length in bytes of the inode numbers, which stand where the path
    /// does.
    /// </summary>
    public const int PathLengthOffset = 48;

    /// <summary>The flag of a signal that says that the thread has been through a uprobe.</summary>
    public const int Probed = 1;

    /// <summary>The flag of a signal that says that the process has a handler for it.</summary>
    public const int Handled = 2;

    /// <summary>The flag of a signal that says that the thread is ending by it.</summary>
    public const int AtEnd = 4;

    /// <summary>Bytes of the longest notice: <c>struct exec_notice</c> of <c>bpf/process.bpf.c</c>.</summary>
    public const int MaxSize = HeaderSize + 1024 + 256 + 1024;

    private const uint PathCut = 1;
    private const uint ArgumentsCut = 2;
    private const uint ArgumentsFault = 4;

    private readonly Header _header;
    private readonly ReadOnlySpan<byte> _path;
    private readonly ReadOnlySpan<byte> _arguments;

    private ProcessNotice(Header header, ReadOnlySpan<byte> text)
    {
        _header = header;
        _path = text[..header.PathLength];
        _arguments = text.Slice(header.PathLength, header.ArgumentsLength);
    }

    public ProcessAct Act => (ProcessAct)_header.Act;

    public int Pid => (int)_header.Pid;

    /// <summary>The parent at that moment; a process whose parent ends gets another one.</summary>
    public int ParentPid => (int)_header.Parent;

    /// <summary>The process that was copied, for a fork.</summary>
    public int OriginPid => (int)_header.Origin;

    /// <summary>The time of the act: CLOCK_MONOTONIC, ns.</summary>
    public ulong Time => _header.Time;

    /// <summary>The time when the process began, CLOCK_MONOTONIC ns: with the process ID it identifies a process for ever.</summary>
    public ulong StartTime => _header.StartTime;

    /// <summary>The number of the signal.</summary>
    public int Signal => (int)_header.Parent;

    /// <summary>True when the thread has been through a uprobe, for a signal.</summary>
    public bool IsProbed => (_header.Flags & Probed) != 0;

    /// <summary>True when the process has a handler for the signal, and need not end.</summary>
    public bool IsHandled => (_header.Flags & Handled) != 0;

    /// <summary>True when the thread is ending by the signal.</summary>
    public bool IsAtEnd => (_header.Flags & AtEnd) != 0;

    /// <summary>
    /// The inode numbers of the files that the process may execute, for a signal; only some of them where it has more than 128 or
    /// the kernel does not tell (before 6.7).
    /// </summary>
    public ReadOnlySpan<ulong> Files => Act == ProcessAct.Signalled ? MemoryMarshal.Cast<byte, ulong>(_path) : default;

    /// <summary>The exit status as wait(2) gives it, for an end.</summary>
    public int ExitStatus => (int)_header.ExitStatus;

    /// <summary>The inode number of the executable, as its file system knows it, for an execution or a signal.</summary>
    public ulong Inode => _header.Inode;

    /// <summary>The device of the file, for an execution; 20 bits of minor number below the major number.</summary>
    public uint Device => _header.Device;

    /// <summary>The executable as /proc/PID/exe shows it, for an execution. Null when it has too many or too long parts.</summary>
    public string? Executable => Act == ProcessAct.Executed && (_header.Flags & PathCut) == 0 ? Forward(_path) : null;

    /// <summary>
    /// The arguments with spaces between them, and <c>…</c> at the end when there are more, for an execution. Null when they
    /// could not be read.
    /// </summary>
    public string? CommandLine => Act == ProcessAct.Executed && (_header.Flags & ArgumentsFault) == 0
        ? ArgumentText.Of(_arguments, (_header.Flags & ArgumentsCut) != 0)
        : null;

    /// <summary>Reads a notice; false for bytes that are no such record.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, out ProcessNotice notice)
    {
        notice = default;
        if (record.Length < HeaderSize)
        {
            return false;
        }

        var header = MemoryMarshal.Read<Header>(record);
        var text = record[HeaderSize..];
        if (header.PathLength + header.ArgumentsLength > text.Length
            || header.Act is < (uint)ProcessAct.Forked or > (uint)ProcessAct.Signalled)
        {
            return false;
        }

        notice = new ProcessNotice(header, text);
        return true;
    }

    /// <summary>The path in its usual order: its parts come last one first, each with a zero byte at its end.</summary>
    private static string Forward(ReadOnlySpan<byte> parts)
    {
        var path = new byte[parts.Length];
        var end = parts.Length;
        while (!parts.IsEmpty)
        {
            var zero = parts.IndexOf((byte)0);
            var part = zero < 0 ? parts : parts[..zero];
            var start = end - part.Length;
            // Only bytes that are not ours lack the last zero: then there is no room for the first slash.
            if (start < 1)
            {
                break;
            }

            part.CopyTo(path.AsSpan(start));
            path[start - 1] = (byte)'/';
            end = start - 1;
            parts = zero < 0 ? [] : parts[(zero + 1)..];
        }

        return end < path.Length ? Encoding.UTF8.GetString(path.AsSpan(end)) : "/";
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public uint Act;
        public uint Pid;
        public uint Parent;
        public uint Flags;
        public ulong Time;
        public ulong StartTime;
        public ulong Inode;
        public uint Device;
        public uint Origin;
        public ushort PathLength;
        public ushort ArgumentsLength;
        public uint ExitStatus;
    }
}
