namespace TraceAgent.Hosting;

/// <summary>The working directory, at which relative paths start.</summary>
internal static class WorkingFolder
{
    /// <summary>Goes to <c>/</c>, and says so, when the directory was deleted: without one, even a whole path cannot be read.</summary>
    public static void Ensure()
    {
        try
        {
            _ = Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            Environment.CurrentDirectory = "/";
            Console.Error.WriteLine("traceagent: the working directory was deleted: relative paths start at /");
        }
    }
}
