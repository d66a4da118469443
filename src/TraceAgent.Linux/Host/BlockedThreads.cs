using System.Globalization;
using System.Text;

namespace TraceAgent.Linux.Host;

/// <summary>A thread that waits for something inside a probe, which no tracer of the host can detach meanwhile.</summary>
/// <param name="Process">The process ID.</param>
/// <param name="Thread">The thread ID.</param>
/// <param name="Name">The name in /proc/PID/comm; the thread sets it itself, so it is not to be trusted.</param>
/// <param name="WaitsIn">Functions of the kernel, the innermost first; or only that one, where we may not see the others.</param>
public sealed record BlockedThread(int Process, int Thread, string Name, string WaitsIn);

/// <summary>Looks for threads that wait inside a probe (proc(5): stack, wchan, syscall).</summary>
public static class BlockedThreads
{
    private const int MaxThreads = 4;
    private const int ShownFrames = 4;

    /// <summary>
    /// The time between two checks. A page's arrival takes as long: a thread that waits in the same place afterwards waits for
    /// something else.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Names of functions in the stack of a thread that has hit a breakpoint (kernel/events/uprobes.c), or runs its program.
    /// </summary>
    private static readonly string[] Marks = ["bpf_copy_from_user", "bpf_prog_", "uprobe_", "uretprobe_", "handle_swbp", "handler_chain"];

    /// <summary>Finds at most four such threads, each of which was seen to wait twice.</summary>
    public static IReadOnlyList<BlockedThread> Find()
    {
        var first = Scan();
        if (first.Count == 0)
        {
            return [];
        }

        Thread.Sleep(Pause);
        return [.. first.Where(held => At(held.Process, held.Thread) == held).Take(MaxThreads)];
    }

    private static List<BlockedThread> Scan()
    {
        var found = new List<BlockedThread>();
        foreach (var process in NumbersIn("/proc"))
        {
            foreach (var thread in NumbersIn($"/proc/{process}/task"))
            {
                if (At(process, thread) is { } held)
                {
                    found.Add(held);
                }
            }
        }

        return found;
    }

    private static BlockedThread? At(int process, int thread)
    {
        var folder = $"/proc/{process}/task/{thread}";
        var waitsIn = TryRead($"{folder}/stack") is { } stack ? WaitingIn(stack) : WaitingOutsideOfCalls(folder);
        return waitsIn is null ? null : new BlockedThread(process, thread, (TryRead($"{folder}/comm") ?? "?").TrimEnd('\n'), waitsIn);
    }

    /// <param name="stack">Lines such as <c>[&lt;0&gt;] request_wait_answer+0x12a/0x260 [fuse]</c>.</param>
    internal static string? WaitingIn(string stack)
    {
        var frames = stack.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split('+')[0]).ToList();
        var mark = frames.FindIndex(frame => Array.Exists(Marks, mark => frame.StartsWith(mark, StringComparison.Ordinal)));

        // The first frame is where the thread waits in the kernel.
        return mark > 0 ? string.Join(" < ", frames.Take(Math.Min(ShownFrames, mark)).Append(frames[mark]).Distinct()) : null;
    }

    /// <summary>
    /// The place where a thread waits, without access to its stack: a thread that sleeps in the kernel and has not called it (-1)
    /// sleeps in an exception, such as a breakpoint.
    /// </summary>
    private static string? WaitingOutsideOfCalls(string folder) =>
        TryRead($"{folder}/syscall") is { } call && call.StartsWith("-1 ", StringComparison.Ordinal)
        && TryRead($"{folder}/wchan") is { Length: > 1 } place ? place : null;

    private static IEnumerable<int> NumbersIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder)
                .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : 0)
                .Where(number => number > 0)];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads a file; null when it is gone, or hidden from us.</summary>
    private static string? TryRead(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var bytes = new byte[4096];
            return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
