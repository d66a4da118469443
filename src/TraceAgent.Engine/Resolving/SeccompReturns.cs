using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.Resolving;

/// <summary>
/// Refuses returns where the kernel follows them by a system call for which a seccomp filter ends the process. The current
/// processes do not matter: the next one, or one of these, may give itself a filter, and would be ended at its next return.
/// </summary>
/// <param name="returnsAreFatal">A function that tells whether this kernel does that. Called when the first rule needs returns.</param>
public sealed class SeccompReturns(Func<bool> returnsAreFatal)
{
    private readonly Lazy<bool> _returnsAreFatal = new(returnsAreFatal);

    /// <summary>The reason why the rule's returns are refused; null when nothing speaks against the rule.</summary>
    public SiteProblem? Refuse(Rule rule) =>
        rule.NeedsReturn && _returnsAreFatal.Value
            ? new SiteProblem(
                SiteCodes.SeccompReturn, Refused: true,
                $"returns in {rule.Binary.Value.Text} cannot be followed: this kernel follows them by a system call " +
                "for which a seccomp filter ends the process",
                "leave `return_at` out, or use `on: entry`, "
                    + "or a kernel that lets that system call pass (6.14, or a later version of 6.12 or 6.13)")
            : null;
}
