namespace TraceAgent.Bpf.Kernel;

/// <summary>
/// Closes many kernel objects at once. Each closing waits until no CPU runs the program; one by one these waits add up to
/// minutes, together they are one.
/// </summary>
public static class Closing
{
    private const int MaxThreads = 128;
    private const int StackBytes = 256 << 10;

    /// <summary>Runs all on threads of their own, since each blocks in the kernel, and the pool adds threads slowly.</summary>
    public static void All(IReadOnlyList<Action> closings)
    {
        ArgumentNullException.ThrowIfNull(closings);
        if (closings.Count == 1)
        {
            closings[0]();
            return;
        }

        var next = -1;
        var threads = new Thread[Math.Min(MaxThreads, closings.Count)];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() =>
            {
                for (var at = Interlocked.Increment(ref next); at < closings.Count; at = Interlocked.Increment(ref next))
                {
                    closings[at]();
                }
            }, StackBytes);
            threads[i].Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }
    }
}
