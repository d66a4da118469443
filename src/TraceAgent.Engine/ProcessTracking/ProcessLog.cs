using Microsoft.Extensions.Logging;

namespace TraceAgent.Engine.ProcessTracking;

/// <summary>Messages of the process watch to the operator.</summary>
internal static partial class ProcessLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "how probed programs end is not watched: {reason}")]
    public static partial void EndsUnwatched(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "new processes are not watched: {reason}; exe, ppid and cmdline are looked up in " +
        "/proc, and missing for processes that end at once")]
    public static partial void ProcessesUnwatched(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{notices} of new processes lost, because there were more than the agent could " +
        "take; exe, ppid and cmdline may be missing for processes that ended at once")]
    public static partial void ProcessNoticesLost(ILogger logger, string notices);
}
