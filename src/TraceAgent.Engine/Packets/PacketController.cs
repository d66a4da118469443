using System.Diagnostics;
using TraceAgent.Linux.Host;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>
/// Keeps packet rules on their interfaces, as these come and go, and reports what they count. Used by the thread of the rules,
/// and after its end by the one that stops the agent.
/// </summary>
/// <param name="rules">The table of all packet rules, with what is attached.</param>
/// <param name="reconciler">Attaches and detaches.</param>
/// <param name="reports">Reports what was counted.</param>
/// <param name="listener">Receives what the operator must know.</param>
/// <param name="interfaces">Lists the interfaces of the agent's network namespace.</param>
public sealed class PacketController(
    PacketRuleTable rules, PacketReconciler reconciler, PacketReports reports, IPacketListener listener,
    Func<IReadOnlyList<NetworkInterface>> interfaces)
{
    /// <summary>
    /// The time between two reads of the list of interfaces, which cost some microseconds each. A netlink socket would report
    /// changes at once, but systemd's RestrictAddressFamilies denies it to the agent.
    /// </summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(900);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private IReadOnlyList<NetworkInterface> _present = [];
    private long _lastPoll;
    private long _lastReported = Stopwatch.GetTimestamp();

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    /// <summary>Brings what is attached in line with the rules.</summary>
    public void Apply(IReadOnlyList<FilterResolution> resolutions)
    {
        foreach (var rule in rules.Take(resolutions, Now))
        {
            listener.Warn(rule.Resolution!.Desired.Rule, rule.Resolution.Warning!);
        }

        _present = interfaces();
        Reconcile();
    }

    /// <summary>Follows the interfaces, and reports what is due. To be called often.</summary>
    public void Turn()
    {
        if (rules.Active.Count == 0)
        {
            return;
        }

        if (Stopwatch.GetElapsedTime(_lastPoll) > PollInterval)
        {
            _lastPoll = Stopwatch.GetTimestamp();
            var present = interfaces();
            if (!present.SequenceEqual(_present))
            {
                _present = present;
                Reconcile();
            }
        }

        if (Stopwatch.GetElapsedTime(_lastReported) > Interval)
        {
            _lastReported = Stopwatch.GetTimestamp();
            Expire();
            foreach (var rule in rules.Attached)
            {
                reports.Report(rule.Attached!);
            }

            rules.Publish(_present);
        }
    }

    /// <summary>Detaches everything and reports the last counters.</summary>
    public void Stop() => reconciler.DetachAll();

    private void Expire()
    {
        foreach (var managed in rules.Active)
        {
            var rule = managed.Resolution!.Desired.Rule;
            if (managed.Lifetime.Ends(rule.Ttl, Now))
            {
                reconciler.Detach(managed.Name);
                listener.Expired(rule, rule.Ttl ?? default);
            }
        }
    }

    private void Reconcile()
    {
        reconciler.Apply(_present);
        var claims = new InterfaceClaims(rules.Held, rules.Desired, _present);
        foreach (var managed in rules.Active.Where(rule => rule.IsAdmitted))
        {
            var rule = managed.Resolution!.Desired.Rule;
            var missing = claims.WhyPending(rule);
            if (missing is not null && !managed.IsPending)
            {
                listener.Pending(rule, missing);
            }

            managed.IsPending = missing is not null;
        }

        ReportTaken(claims);
        rules.Publish(_present);
    }

    private void ReportTaken(InterfaceClaims claims)
    {
        foreach (var managed in rules.Active.Where(rule => rule.IsAdmitted))
        {
            var rule = managed.Resolution!.Desired.Rule;
            var reason = claims.WhyTaken(rule).FirstOrDefault();
            if (reason is not null && managed.Taken != reason)
            {
                listener.Refused(rule, reason);
            }

            managed.Taken = reason;
        }
    }
}
