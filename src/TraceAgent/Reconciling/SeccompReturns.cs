using TraceAgent.Bpf.Linux;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Reconciling;

/// <summary>Refuses returns where a process would be ended by its seccomp filter for the system call that the kernel follows them by.</summary>
/// <param name="returnsAreFatal">Whether this kernel does that. Asked when the first rule needs returns.</param>
internal sealed class SeccompReturns(Func<bool> returnsAreFatal)
{
    private readonly Lazy<bool> _returnsAreFatal = new(returnsAreFatal);

    /// <summary>Null when nothing speaks against the rule.</summary>
    public SiteProblem? Refuse(Rule rule, FileIdentity file) =>
        PlanBuilder.NeedsReturn(rule) && _returnsAreFatal.Value && ProcessMaps.FilteredProcess(file.Inode) is { } pid
            ? new SiteProblem(
                SiteCodes.SeccompReturn, Refused: true,
                $"returns in {rule.Binary.Value.Text} cannot be followed: process {pid} has it in memory and a seccomp filter, " +
                "which on this kernel would end the process for the system call that returns are followed by",
                "use `return_at: ret` or `on: entry`, or a kernel that lets that system call pass (6.14, or a later version of 6.12 or 6.13)")
            : null;
}
