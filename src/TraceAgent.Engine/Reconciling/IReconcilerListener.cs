using TraceAgent.Engine.Managed;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Reconciling;

/// <summary>What the reconciler has to tell the operator.</summary>
public interface IReconcilerListener
{
    void Attached(Rule rule, AttachedProbe probe);

    void Replaced(Rule rule, AttachedProbe probe);

    /// <param name="rule">In force.</param>
    /// <param name="files">To which it is attached as well now.</param>
    void Extended(Rule rule, IReadOnlyList<AttachedFile> files);

    void Reshaped(Rule rule);

    void Detached(Rule rule, string reason);

    /// <param name="rule">In force.</param>
    /// <param name="path">Of a file that the agent configuration does not permit any more.</param>
    void Denied(Rule rule, string path);

    void Overwritten(Rule rule, string path);

    void Refused(Rule rule, Exception refusal);
}
