using TraceAgent.Engine.State;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Reconciling;

/// <summary>Reports what the reconciler does.</summary>
public interface IReconcilerListener
{
    void Attached(Rule rule, AttachedProbe probe);

    void Replaced(Rule rule, AttachedProbe probe);

    /// <param name="rule">The active rule.</param>
    /// <param name="files">The files to which it is now attached as well.</param>
    void Extended(Rule rule, IReadOnlyList<AttachedFile> files);

    void Reshaped(Rule rule);

    void Detached(Rule rule, string reason);

    /// <param name="rule">The active rule.</param>
    /// <param name="path">The path of a file that the agent configuration does not permit any more.</param>
    void Denied(Rule rule, string path);

    void Overwritten(Rule rule, string path);

    void Refused(Rule rule, Exception refusal);
}
