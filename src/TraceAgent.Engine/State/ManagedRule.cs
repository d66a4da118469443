using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.State;

/// <summary>
/// One rule, and everything that the agent knows of it: what is asked for, what is wrong with that, what is attached, and why it
/// is not. Changed by the thread of the rules.
/// </summary>
/// <param name="name">The rule's name.</param>
public sealed class ManagedRule(string name)
{
    public string Name => name;

    /// <summary>The active rule, with the places that it leads to; null when no text of it is active.</summary>
    public RuleProbe? Desired { get; private set; }

    /// <summary>The target that the rule waits for, in words; null when it waits for nothing.</summary>
    public string? Missing { get; private set; }

    /// <summary>The error in its text, or in a newer one; null when there is none.</summary>
    public RuleError? Error { get; private set; }

    /// <summary>The probe that the kernel holds; null when nothing is attached.</summary>
    public AttachedProbe? Attached { get; set; }

    /// <summary>The probe that the kernel refused the last time, and what it said; null when it took everything.</summary>
    public (Probe Probe, string Reason)? Refusal { get; set; }

    /// <summary>The reason to believe that probed programs suffer from it; null when there is none.</summary>
    public string? Suspicion { get; set; }

    public Lifetime Lifetime { get; private set; } = new(TimeSpan.Zero);

    /// <summary>The cost of the rule, and until when it is suspended for that.</summary>
    public RuleBudget Budget { get; private set; } = new(name);

    /// <summary>True when nothing is known of it any more.</summary>
    public bool IsGone => Desired is null && Error is null && Attached is null;

    /// <summary>Takes the result of the latest evaluation of the files. An edited rule starts again.</summary>
    /// <param name="desired">The rule with its places; null when no text of it is active.</param>
    /// <param name="missing">The target that it waits for; null for none.</param>
    /// <param name="error">The error in its text; null for none.</param>
    /// <param name="now">The monotonic time.</param>
    public void Take(RuleProbe? desired, string? missing, RuleError? error, TimeSpan now)
    {
        if (desired is null || desired.Rule != Desired?.Rule)
        {
            (Lifetime, Suspicion, Budget) = (new Lifetime(now), null, new RuleBudget(name));
        }

        (Desired, Missing, Error) = (desired, missing, error);
    }

    /// <summary>True when the rule may be attached: it has exceeded neither its time nor its budget, and does no harm.</summary>
    public bool IsAdmitted(TimeSpan now) => Desired is not null && !Lifetime.IsOver && Suspicion is null && !Budget.IsSuspended(now);

    /// <summary>True when what is attached is not what is asked for, so that a step is to be tried again or has become possible.</summary>
    public bool IsOpen(TimeSpan now) =>
        IsAdmitted(now) && (Attached is { } probe ? !probe.IsInSync(Desired!) : Desired!.Probe is not null);

    /// <summary>Describes the rule as it is now.</summary>
    public RuleSnapshot Snapshot(TimeSpan now)
    {
        var (state, reason) = StateAt(now);
        var at = (Desired?.Rule.Name ?? Error!.Rule!).At;
        return new RuleSnapshot
        {
            Rule = name,
            State = state,
            Reason = reason,
            Place = at,
            Binary = Desired?.Rule.Binary.Value.Text,
            Sites = state == RuleState.Attached ? Attached!.Files.Sum(file => file.Sites.Count) : 0,
            BudgetPercent = Desired?.Rule.BudgetPercent is { } percent && double.IsFinite(percent) ? percent : null,
            CostPercent = Desired is null ? null : Budget.UsedPercent,
        };
    }

    private (RuleState State, string? Reason) StateAt(TimeSpan now)
    {
        if (Desired is null)
        {
            return (RuleState.Rejected, Error!.Reason);
        }

        if (Lifetime.IsOver)
        {
            return (RuleState.Expired, TimeToLive.DescribeEnd(Desired.Rule.Ttl ?? default));
        }

        if ((Suspicion ?? Budget.WhySuspended(now)) is { } objection)
        {
            return (RuleState.Suspended, objection);
        }

        if (Attached is not null && Attached.Files.Any())
        {
            return (RuleState.Attached, Error?.Reason ?? Refusal?.Reason);
        }

        if (Missing is not null)
        {
            return (RuleState.Pending, $"{Missing} yet");
        }

        if (Error is not null)
        {
            return (RuleState.Rejected, Error.Reason);
        }

        return Refusal is { } refusal
            ? (RuleState.Refused, refusal.Reason)
            : (RuleState.Pending,
                $"{Desired.Rule.Binary.Value.Text} is being written, or was replaced; it is checked again when it is quiet");
    }
}
