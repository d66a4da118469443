using TraceAgent.Linux;

namespace TraceAgent.Events.Outputs;

/// <summary>The reason why an output did not take events.</summary>
/// <param name="Output">The output's path, its address, or <c>standard output</c>.</param>
/// <param name="Reason">Operation, object and cause: <c>write /var/log/x: No space left on device (ENOSPC)</c>.</param>
/// <param name="ReaderGone">True when nobody reads the pipe any more, so that no later write can succeed.</param>
public sealed record OutputFailure(string Output, string Reason, bool ReaderGone = false)
{
    /// <param name="operation">A verb.</param>
    /// <param name="output">The object of the operation.</param>
    /// <param name="exception">IOException or UnauthorizedAccessException.</param>
    public static OutputFailure Of(string operation, string output, Exception exception) => new(
        output, $"{operation} {output}: {IoFailure.Describe(exception)}", IoFailure.ErrnoOf(exception) == IoFailure.BrokenPipe);
}

/// <summary>The result of a commit for everything that was written since the last one.</summary>
/// <param name="Failures">One for each output that took nothing of it; empty when it reached all outputs whole.</param>
public sealed record CommitResult(IReadOnlyList<OutputFailure> Failures)
{
    /// <summary>The files that somebody had renamed or deleted, and that were opened again.</summary>
    public IReadOnlyList<string> Reopened { get; init; } = [];

    public static CommitResult Complete { get; } = new([]);

    public bool Succeeded => Failures.Count == 0;
}

/// <summary>Thrown when an output cannot be opened.</summary>
public sealed class OutputException(OutputFailure failure) : Exception(failure.Reason)
{
    public OutputFailure Failure => failure;
}
