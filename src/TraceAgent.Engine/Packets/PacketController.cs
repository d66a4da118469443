using System.Diagnostics;
using TraceAgent.Linux;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>
/// Keeps packet rules on their interfaces, as these come and go, and reports what they count. Used by the thread of the rules,
/// and after its end by the one that stops the agent.
/// </summary>
/// <param name="reconciler">Attaches and detaches.</param>
/// <param name="reports">Writes the lines.</param>
/// <param name="reporter">The listener for what the operator must know.</param>
/// <param name="interfaces">The interfaces of the agent's network namespace.</param>
public sealed class PacketController(
    PacketReconciler reconciler, PacketReports reports, IPacketListener reporter, Func<IReadOnlyList<NetworkInterface>> interfaces)
{
    /// <summary>
    /// The time between two reads of the list of interfaces, which cost some microseconds each. A netlink socket would report
    /// changes at once, but systemd's RestrictAddressFamilies denies it to the agent.
    /// </summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(900);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, (PacketRule Rule, long Since, bool Expired)> _lives = [];
    private readonly Dictionary<string, string> _doubts = [];
    private readonly Dictionary<string, string?> _taken = [];
    private HashSet<string> _pending = [];
    private IReadOnlyList<FilterResolution> _resolutions = [];
    private IReadOnlyList<NetworkInterface> _present = [];
    private long _lastPoll;
    private long _lastReported = Stopwatch.GetTimestamp();

    /// <summary>The status of the packet rules. Any thread may ask.</summary>
    public PacketBoard Board { get; } = new();

    /// <summary>Brings what is attached in line with the rules.</summary>
    public void Apply(IReadOnlyList<FilterResolution> resolutions)
    {
        _resolutions = resolutions;
        foreach (var resolution in resolutions)
        {
            var rule = resolution.Desired.Rule;
            var name = rule.Name.Value;
            if (!_lives.TryGetValue(name, out var life) || life.Rule != rule)
            {
                _lives[name] = (rule, Stopwatch.GetTimestamp(), false);
            }

            if (resolution.Doubt is not { } doubt)
            {
                _doubts.Remove(name);
            }
            else if (_doubts.GetValueOrDefault(name) != doubt)
            {
                _doubts[name] = doubt;
                reporter.Warn(rule, doubt);
            }
        }

        var names = resolutions.Select(one => one.Desired.Rule.Name.Value).ToHashSet();
        foreach (var gone in _lives.Keys.Where(name => !names.Contains(name)).ToList())
        {
            _lives.Remove(gone);
            _doubts.Remove(gone);
        }

        _present = interfaces();
        Reconcile();
    }

    /// <summary>Follows the interfaces, and reports what is due. To be called often.</summary>
    public void Turn()
    {
        if (_resolutions.Count == 0)
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
            foreach (var filter in reconciler.Attached.Values)
            {
                reports.Report(filter);
            }

            Board.Update(_resolutions, reconciler, _present, ExpiredTtl);
        }
    }

    /// <summary>Detaches everything and reports the last counters.</summary>
    public void Stop() => reconciler.DetachAll();

    private TimeSpan? ExpiredTtl(string rule) => _lives.TryGetValue(rule, out var life) && life.Expired ? life.Rule.Ttl : null;

    private void Expire()
    {
        foreach (var (name, (rule, since, expired)) in _lives.ToList())
        {
            if (!expired && rule.Ttl is { } ttl && Stopwatch.GetElapsedTime(since) >= ttl)
            {
                _lives[name] = (rule, since, true);
                reconciler.Detach(name);
                reporter.Expired(rule, ttl);
            }
        }
    }

    private void ReportTaken(IReadOnlyList<DesiredFilter> desired)
    {
        var claims = PacketPlan.Claims(reconciler.Attached.ToDictionary(one => one.Key, one => one.Value.Held), desired, _present);
        foreach (var rule in desired.Select(one => one.Rule))
        {
            var reason = PacketPlan.WhyTaken(rule, claims, _present);
            if (reason is not null && _taken.GetValueOrDefault(rule.Name.Value) != reason)
            {
                reporter.Refused(rule, reason);
            }

            _taken[rule.Name.Value] = reason;
        }
    }

    private void Reconcile()
    {
        var desired = _resolutions.Select(one => one.Desired).Where(one => ExpiredTtl(one.Rule.Name.Value) is null).ToList();
        reconciler.Apply(desired, _present);
        var pending = desired.Where(one => !_present.Any(link => PacketPlan.Means(one.Rule, link.Name))).Select(one => one.Rule).ToList();
        foreach (var rule in pending.Where(rule => !_pending.Contains(rule.Name.Value)))
        {
            reporter.Pending(rule, PacketBoard.MissingInterface(rule));
        }

        _pending = [.. pending.Select(rule => rule.Name.Value)];
        ReportTaken(desired);
        Board.Update(_resolutions, reconciler, _present, ExpiredTtl);
    }
}
