using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using TraceAgent.Engine.Watching;

namespace TraceAgent.Hosting;

/// <summary>Reloads on SIGHUP, and notifies systemd (sd_notify(3): RELOADING=1, then READY=1).</summary>
internal sealed class SignalReload : IDisposable
{
    private readonly PosixSignalRegistration _registration;

    public SignalReload(ISystemdNotifier notifier, ReconcileLoop loop, AgentReporter reporter)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            notifier.Notify(new ServiceState($"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / 1000}"));
            loop.Reload();
        });
        reporter.OnReloaded += () => notifier.Notify(ServiceState.Ready);
    }

    public void Dispose() => _registration.Dispose();
}
