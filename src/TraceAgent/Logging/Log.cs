using Microsoft.Extensions.Logging;

namespace TraceAgent.Logging;

/// <summary>The agent's own messages, on standard error. Traced events go to the outputs and never here.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "ready: {rules} ({way}, ring {ringKiB} KiB)")]
    public static partial void Ready(ILogger logger, string rules, string way, int ringKiB);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no rule files in {path}; they are read when they appear")]
    public static partial void NoRuleFiles(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule attached: {rule} at {sites}")]
    public static partial void RuleAttached(ILogger logger, string rule, string sites);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule replaced: {rule} at {sites}")]
    public static partial void RuleReplaced(ILogger logger, string rule, string sites);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule attached: {rule} also at {sites}; processes of older files stay traced")]
    public static partial void RuleExtended(ILogger logger, string rule, string sites);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule changed: {rule}: only the format of its lines; nothing was detached")]
    public static partial void RuleReshaped(ILogger logger, string rule);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule detached: {rule}: {reason}")]
    public static partial void RuleDetached(ILogger logger, string rule, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "rule suspended: {rule}: {reason}")]
    public static partial void RuleSuspended(ILogger logger, string rule, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "program ended by {signal} while probed by {rules}: {program} (process {process}){more}")]
    public static partial void ProgramEnded(ILogger logger, string signal, string rules, string program, int process, string more);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "a detach has been waiting for {seconds} s for thread {thread} of {name} (process {process}), "
            + "which waits inside a probe, in {place}")]
    public static partial void DetachHeld(ILogger logger, string seconds, int thread, string name, int process, string place);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "a detach has been waiting for {seconds} s, and no thread was found that waits inside a probe; CAP_SYS_ADMIN shows more")]
    public static partial void DetachSlow(ILogger logger, string seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule expired: {rule}: {reason}")]
    public static partial void RuleExpired(ILogger logger, string rule, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule pending: {rule}: {missing} yet")]
    public static partial void RulePending(ILogger logger, string rule, string missing);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "rule detached: {rule}: {binary} was overwritten in place; it is resolved again when it is quiet")]
    public static partial void RuleOverwritten(ILogger logger, string rule, string binary);

    [LoggerMessage(Level = LogLevel.Error, Message = "rule rejected: {rule}: {reason}")]
    public static partial void RuleRefused(ILogger logger, string rule, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "rule rejected: {diagnostic}")]
    public static partial void RuleRejected(ILogger logger, string diagnostic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{diagnostic}")]
    public static partial void RuleWarning(ILogger logger, string diagnostic);

    [LoggerMessage(Level = LogLevel.Error, Message = "{file} has {errors}; active rules: {kept}")]
    public static partial void FileRejected(ILogger logger, string file, string errors, int kept);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule file accepted: {file}, {rules}: its errors are fixed")]
    public static partial void FileAccepted(ILogger logger, string file, string rules);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule attached: {rule} at {interfaceName} ({mode}): {lists}")]
    public static partial void FilterAttached(ILogger logger, string rule, string interfaceName, string mode, string lists);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule changed: {rule}: {change}: {lists}; nothing was detached")]
    public static partial void FilterUpdated(ILogger logger, string rule, string change, string lists);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "rule changed: {rule}: it needs a new filter; packets pass uncounted for a moment")]
    public static partial void FilterReplaced(ILogger logger, string rule);

    [LoggerMessage(Level = LogLevel.Information, Message = "rule detached: {rule} from {interfaceName}: {reason}")]
    public static partial void FilterLeft(ILogger logger, string rule, string interfaceName, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "rule {rule}: {warning}")]
    public static partial void FilterWarning(ILogger logger, string rule, string warning);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "rule {rule}: {sources} evicted, whose counters start again at 0; 'max_sources' is {most}")]
    public static partial void SourcesEvicted(ILogger logger, string rule, string sources, int most);

    [LoggerMessage(Level = LogLevel.Information, Message = "{rule}: {packets}; {lines} logged, {lost} lost")]
    public static partial void PacketTotals(ILogger logger, string rule, string packets, string lines, long lost);

    [LoggerMessage(Level = LogLevel.Information, Message = "reloaded")]
    public static partial void Reloaded(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "output failed: {reason}; events that it does not take are counted as lost")]
    public static partial void OutputFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "output works again: {output}; lost meanwhile: {events}")]
    public static partial void OutputFixed(ILogger logger, string output, string events);

    [LoggerMessage(Level = LogLevel.Warning, Message = "output reopened: {output} had been renamed or deleted; a new file has its name")]
    public static partial void OutputReopened(ILogger logger, string output);

    [LoggerMessage(Level = LogLevel.Error, Message = "output dropped events: {output}: {events}: {reason}")]
    public static partial void OutputDropped(ILogger logger, string output, string events, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "output delayed: {reason}; events wait in memory, and sending is tried again")]
    public static partial void OutputDelayed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "output delivers again: {output}")]
    public static partial void OutputDelivers(ILogger logger, string output);

    [LoggerMessage(Level = LogLevel.Error, Message = "{file} has errors; the previous configuration stays active:\n{diagnostics}")]
    public static partial void ConfigurationRejected(ILogger logger, string file, string diagnostics);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "the agent configuration has changes that take effect only after a restart: {keys}")]
    public static partial void ConfigurationNeedsStart(ILogger logger, string keys);

    [LoggerMessage(Level = LogLevel.Information, Message = "outputs changed: {outputs}")]
    public static partial void OutputsChanged(ILogger logger, string outputs);

    [LoggerMessage(Level = LogLevel.Error, Message = "outputs not changed: {reason}; the previous ones stay active")]
    public static partial void OutputsRefused(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "nobody reads the output any more; stopping")]
    public static partial void ReaderGone(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "{rule}: {calls}, {logged} logged, {lost} lost{others}")]
    public static partial void Totals(ILogger logger, string rule, string calls, long logged, long lost, string others);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{rule}: {unreturned} entered but not seen to return, and not part of the calls")]
    public static partial void Unreturned(ILogger logger, string rule, string unreturned);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{rule}: the counters do not add up: {calls}, but {logged} logged, {lost} lost{others}")]
    public static partial void OutOfBalance(ILogger logger, string rule, string calls, long logged, long lost, string others);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "no status socket: {reason}; 'traceagent status' cannot ask this agent (--socket PATH, or none)")]
    public static partial void NoStatusSocket(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "no metrics: {reason}")]
    public static partial void NoMetrics(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "metrics are served at {address} again")]
    public static partial void MetricsServed(ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "agent configuration: {path}{leftOut}")]
    public static partial void Configuration(ILogger logger, string path, string leftOut);

    [LoggerMessage(Level = LogLevel.Debug,
        Message = "the kernel's statistics of BPF run time need CAP_SYS_ADMIN: budgets count hits only, not what the rules' programs take")]
    public static partial void NoRunStatistics(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "an output did not take the last events in time; they are counted as lost")]
    public static partial void OutputTooSlow(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "in this PID namespace the kernel's process IDs are those of others: {consequence}")]
    public static partial void ProcessesHidden(ILogger logger, string consequence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "rule {rule}: {reader}")]
    public static partial void TextReader(ILogger logger, string rule, string reader);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{word}")]
    public static partial void EndedAbnormally(ILogger logger, string word);

    [LoggerMessage(Level = LogLevel.Warning, Message = "crash loops are not detected: {reason}")]
    public static partial void NoState(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "failed, and stopping: this is a bug in traceagent")]
    public static partial void Defect(ILogger logger, Exception? failure);
}
