using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.ThisProcess;

/// <summary>
/// This executable, started once more to do one thing for us: it gets open files, a question and nothing else, and writes an answer.
/// </summary>
/// <param name="verb">The argument that tells it what it is.</param>
public sealed unsafe class HelperProcess(string verb)
{
    /// <summary>The descriptor of the first file that it gets; the others follow.</summary>
    public const int FirstFile = 3;

    /// <summary>The maximum length of a question in bytes: what a pipe takes before anybody reads it (pipe(7)).</summary>
    public const int MaxQuestion = 64 << 10;

    // It lives for some milliseconds, in which collecting 1 MiB at a time, as the agent does, is a third of its work.
    private static readonly string[] FewCollections = ["DOTNET_GCgen0size=0x2000000", "DOTNET_GCGen0MaxBudget=0x2000000"];

    // posix_spawn_file_actions_t: 80 bytes in glibc.
    private const int FileActionsBytes = 512;
    private const int CloseOnExec = 0x80000;
    private const int ReadWrite = 2;
    private const int SignalKill = 9;
    private const short Readable = 1;

    /// <summary>The maximum time that it may take in all, waiting for a disk included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The maximum length of an answer in bytes.</summary>
    public required int MaxAnswer { get; init; }

    /// <summary>
    /// The most that its heap may take, in bytes: the collector's own limit, which holds where resource limits may not be set.
    /// </summary>
    public required ulong MaxHeap { get; init; }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="files">The files it gets; null for one that there is not.</param>
    /// <param name="question">The question, at most <see cref="MaxQuestion"/> bytes.</param>
    /// <returns>The answer, or how it ended without one.</returns>
    /// <exception cref="KernelException">It could not be started.</exception>
    public HelperAnswer Ask(IReadOnlyList<SafeFileHandle?> files, ReadOnlySpan<byte> question)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(question.Length, MaxQuestion);
        var (answerOut, answerIn) = OpenPipe();
        using var answers = answerOut;
        int pid;
        using (answerIn)
        {
            pid = Start(files, question, answerIn);
        }

        using var answer = new MemoryStream();
        var isComplete = TryRead(answers, answer);
        if (!isComplete)
        {
            _ = Libc.Kill(pid, SignalKill);
        }

        var status = 0;
        while (Libc.WaitPid(pid, &status, 0) < 0 && Libc.Errno() == 4)
        {
        }

        return new HelperAnswer(status == 0 && isComplete ? answer.ToArray() : null, status & 0x7f, (status >> 8) & 0xff, !isComplete);
    }

    /// <summary>The question that this process was started with.</summary>
    public static byte[] ReadQuestion()
    {
        using var input = new SafeFileHandle(0, ownsHandle: false);
        using var question = new MemoryStream();
        var buffer = stackalloc byte[4096];
        for (nint count; (count = Libc.Read(0, buffer, 4096)) > 0;)
        {
            question.Write(new ReadOnlySpan<byte>(buffer, (int)count));
        }

        return question.ToArray();
    }

    /// <summary>Answers for this process.</summary>
    /// <returns>False when nobody listens.</returns>
    public static bool TryAnswer(ReadOnlySpan<byte> answer)
    {
        fixed (byte* bytes = answer)
        {
            for (nint written = 0; written < answer.Length;)
            {
                var count = Libc.Write(1, bytes + written, (nuint)(answer.Length - written));
                if (count <= 0)
                {
                    return false;
                }

                written += count;
            }
        }

        return true;
    }

    /// <summary>The file that this process got, by its place in the list; null when there was none.</summary>
    public static SafeFileHandle? File(string mask, int index) =>
        index < mask?.Length && mask[index] == '1' ? new SafeFileHandle(FirstFile + index, ownsHandle: true) : null;

    private int Start(IReadOnlyList<SafeFileHandle?> files, ReadOnlySpan<byte> question, SafeFileHandle answer)
    {
        // Both ends stay open until it runs, so that writing cannot fail for want of a reader.
        var (questionOut, questionIn) = OpenPipe();
        using var reader = questionOut;
        using var writer = questionIn;
        fixed (byte* bytes = question)
        {
            _ = Libc.Write(DescriptorOf(writer), bytes, (nuint)question.Length);
        }

        var actions = stackalloc byte[FileActionsBytes];
        Check(Libc.InitFileActions(actions));
        var raised = new List<SafeFileHandle>();
        var mask = string.Concat(files.Select(file => file is null ? '0' : '1'));
        var texts = Array.ConvertAll(
            [verb, mask, string.Create(CultureInfo.InvariantCulture, $"DOTNET_GCHeapHardLimit=0x{MaxHeap:x}"), .. FewCollections],
            Marshal.StringToCoTaskMemUTF8);
        try
        {
            // Above the numbers that they get, or one would overwrite another.
            Check(Libc.AddDuplicate(actions, Raised(reader), 0));
            Check(Libc.AddDuplicate(actions, Raised(answer), 1));
            Check(Libc.AddOpen(actions, 2, "/dev/null", ReadWrite, 0));
            for (var i = 0; i < files.Count; i++)
            {
                if (files[i] is { } file)
                {
                    Check(Libc.AddDuplicate(actions, Raised(file), FirstFile + i));
                }
            }

            var arguments = stackalloc nint[] { texts[0], texts[0], texts[1], 0 };
            var environment = stackalloc nint[] { texts[2], texts[3], texts[4], 0 };
            Check(Libc.Spawn(out var pid, "/proc/self/exe", actions, null, arguments, environment));
            return pid;
        }
        finally
        {
            _ = Libc.DestroyFileActions(actions);
            raised.ForEach(handle => handle.Dispose());
            Array.ForEach(texts, Marshal.FreeCoTaskMem);
        }

        int Raised(SafeFileHandle handle)
        {
            var fd = Libc.Fcntl(DescriptorOf(handle), Libc.DuplicateCloseOnExec, FirstFile + files.Count);
            var errno = Libc.Errno();
            if (fd < 0)
            {
                throw new KernelException("duplicate", "a file descriptor", errno, Privileges.RemedyFor(errno));
            }

            raised.Add(new SafeFileHandle(fd, ownsHandle: true));
            return fd;
        }
    }

    private static void Check(int errno)
    {
        if (errno != 0)
        {
            throw new KernelException("start", "a process of our own that reads debug information", errno, Privileges.RemedyFor(errno));
        }
    }

    /// <returns>False when the time is over, or the answer too long.</returns>
    private bool TryRead(SafeFileHandle pipe, MemoryStream answer)
    {
        var clock = Stopwatch.StartNew();
        const int size = 64 << 10;
        var buffer = new byte[size];
        while (answer.Length <= MaxAnswer && Timeout - clock.Elapsed is { Ticks: > 0 } left)
        {
            var descriptor = new Libc.PollDescriptor { Fd = DescriptorOf(pipe), Events = Readable };
            if (Libc.Poll(&descriptor, 1, (int)Math.Max(left.TotalMilliseconds, 1)) <= 0)
            {
                continue;
            }

            fixed (byte* into = buffer)
            {
                var count = Libc.Read(DescriptorOf(pipe), into, size);
                if (count <= 0)
                {
                    return true;
                }

                answer.Write(buffer, 0, (int)count);
            }
        }

        return false;
    }

    private static (SafeFileHandle Out, SafeFileHandle In) OpenPipe()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, CloseOnExec) != 0)
        {
            var errno = Libc.Errno();
            throw new KernelException("open", "a pipe", errno, Privileges.RemedyFor(errno));
        }

        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    private static int DescriptorOf(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}

/// <summary>The way in which a helper ended.</summary>
/// <param name="Bytes">The answer; null when it failed.</param>
/// <param name="Signal">The signal that ended it; 0 for none.</param>
/// <param name="ExitCode">The exit code when no signal ended it.</param>
/// <param name="IsLate">True when it was ended because it took too long, or wrote too much.</param>
public sealed record HelperAnswer(byte[]? Bytes, int Signal, int ExitCode, bool IsLate);
