namespace TraceAgent.Outputs;

/// <summary>Why an output did not take events.</summary>
/// <param name="Output">Its path, its address, or <c>standard output</c>.</param>
/// <param name="Reason">Operation, object and cause: <c>write /var/log/x: No space left on device (ENOSPC)</c>.</param>
/// <param name="ReaderGone">True when nobody reads the pipe any more, so that no later write can succeed.</param>
internal sealed record OutputFailure(string Output, string Reason, bool ReaderGone = false)
{
    private const int BrokenPipe = 32;

    /// <param name="operation">A verb.</param>
    /// <param name="output">What it was done to.</param>
    /// <param name="exception">IOException or UnauthorizedAccessException.</param>
    public static OutputFailure Of(string operation, string output, Exception exception)
    {
        // On Unix the HResult of an IOException is errno (dotnet/runtime, Interop.IOErrors.cs).
        var io = exception as IOException ?? exception.InnerException as IOException;
        return new OutputFailure(output, $"{operation} {output}: {Describe(exception, io?.HResult ?? 0)}", io?.HResult == BrokenPipe);
    }

    private static string Describe(Exception exception, int errno) => (exception, errno) switch
    {
        (DirectoryNotFoundException or FileNotFoundException, _) => "No such file or directory (ENOENT)",
        (_, 1) => "Operation not permitted (EPERM)",
        (_, 5) => "Input/output error (EIO)",
        (_, 13) => "Permission denied (EACCES)",
        // CreateDirectory says so of a file in the place of a folder.
        (_, 17 or 20) => "Not a directory (ENOTDIR)",
        (_, 9) => "Bad file descriptor (EBADF)",
        (_, 21) => "Is a directory (EISDIR)",
        (_, 27) => "File too large (EFBIG)",
        (_, 28) => "No space left on device (ENOSPC)",
        (_, 30) => "Read-only file system (EROFS)",
        (_, BrokenPipe) => "Broken pipe (EPIPE); its reader has closed it",
        (_, 122) => "Disk quota exceeded (EDQUOT)",
        _ => exception.Message,
    };
}

/// <summary>What became of all that was written since the last commit.</summary>
/// <param name="Failures">One for each output that took nothing of it; empty when it reached all outputs whole.</param>
internal sealed record CommitResult(IReadOnlyList<OutputFailure> Failures)
{
    /// <summary>Files that somebody had renamed or deleted, and that were opened anew.</summary>
    public IReadOnlyList<string> Reopened { get; init; } = [];

    public static CommitResult Complete { get; } = new([]);

    public bool Succeeded => Failures.Count == 0;
}

/// <summary>An output cannot be opened.</summary>
internal sealed class OutputException(OutputFailure failure) : Exception(failure.Reason)
{
    public OutputFailure Failure => failure;
}
