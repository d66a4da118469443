using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using TraceAgent.Engine.RingReading;
using TraceAgent.Engine.Watching;

namespace TraceAgent.Hosting;

/// <summary>
/// Notifies systemd's watchdog (WatchdogSec=) that the agent is alive, twice an interval, as long as both of its threads make
/// progress. An output that blocks is not a reason to be killed.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly Timer? _timer;

    public Watchdog(ISystemdNotifier notifier, EventPump pump, ReconcileLoop loop)
    {
        if (!long.TryParse(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds <= 0)
        {
            return;
        }

        var interval = TimeSpan.FromMicroseconds(microseconds);
        _timer = new Timer(_ =>
        {
            if (pump.Overdue < interval && loop.SinceLastTurn < interval)
            {
                notifier.Notify(new ServiceState("WATCHDOG=1"));
            }
        });
        _timer.Change(TimeSpan.Zero, interval / 2);
    }

    public void Dispose() => _timer?.Dispose();
}
