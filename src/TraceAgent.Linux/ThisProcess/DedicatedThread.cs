namespace TraceAgent.Linux.ThisProcess;

/// <summary>
/// Runs on threads of their own what the kernel keeps waiting for tens of milliseconds: the thread pool begins with as many
/// threads as there are processors, and others need them.
/// </summary>
public static class DedicatedThread
{
    public static Task Run(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static Task<T> Run<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
