using TraceAgent.Engine.AutoDetach;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.State;
using TraceAgent.Engine.Targets;

namespace TraceAgent.Engine.Watching;

/// <summary>The parts that <see cref="ReconcileLoop"/> brings together.</summary>
public sealed record ReconcileParts
{
    public required RuleSource Source { get; init; }

    public required LastValidRules Rules { get; init; }

    public required TargetFinder Targets { get; init; }

    public required Reconciler Reconciler { get; init; }

    public required ProbeMaintenance Maintenance { get; init; }

    public required RuleGuard Guard { get; init; }

    public required IEvaluationListener Listener { get; init; }

    public required RuleTable Table { get; init; }

    public required PacketController Packets { get; init; }

    /// <summary>The agent configuration; null when there is none to follow.</summary>
    public IFollowedFile? Configuration { get; init; }

    /// <summary>Compares attached rules with debug information; null when nothing is compared.</summary>
    public ComparisonQueue? Comparisons { get; init; }

    /// <summary>Called once a second, in the one turn that an idle agent makes: another timer would be another wakeup.</summary>
    public Action EverySecond { get; init; } = () => { };

    /// <summary>Called every ten seconds: forgets what was counted of rules that are gone for long.</summary>
    public Action ForgetGone { get; init; } = () => { };

    public required PermittedBinaries Permitted { get; init; }

    /// <summary>Holds rule files back after a crash; null for none.</summary>
    public CrashGuard? Crashes { get; init; }
}
