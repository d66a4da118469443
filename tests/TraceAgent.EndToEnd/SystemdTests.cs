using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace TraceAgent.EndToEnd;

/// <summary>The agent under a service manager that speaks sd_notify(3).</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    [Fact]
    public void The_service_manager_hears_of_start_life_reload_and_end()
    {
        var socket = _workspace["notify"];
        _manager.Bind(new UnixDomainSocketEndPoint(socket));
        var rules = _workspace.Write("rules.yaml", "rules: []\n");
        var start = new AgentStart(AttachMethod.Multi, rules) { Launcher = ["env", $"NOTIFY_SOCKET={socket}", "WATCHDOG_USEC=400000"] };
        using var agent = AgentProcess.Start(start);
        ExpectNotification("READY=1\nSTATUS=0 rules attached, 0 pending");
        ExpectNotification("WATCHDOG=1");
        agent.Reload();
        ExpectNotification("RELOADING=1\nMONOTONIC_USEC=");
        ExpectNotification("READY=1");
        ExpectNotification("WATCHDOG=1");
        agent.Stop();
        ExpectNotification("STOPPING=1");
    }

    public void Dispose()
    {
        _manager.Dispose();
        _workspace.Dispose();
    }

    private void ExpectNotification(string expected)
    {
        var received = new List<string>();
        var buffer = new byte[4096];
        var since = Stopwatch.GetTimestamp();
        _manager.ReceiveTimeout = (int)Eventually.Deadline.TotalMilliseconds;
        do
        {
            // The watchdog's word comes on and on: that something is received does not mean that the rest will be.
            Assert.True(Stopwatch.GetElapsedTime(since)
                < Eventually.Deadline, $"the manager does not hear {expected}, but {string.Join(", ", received)}");
            received.Add(Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer)));
        }
        while (!received[^1].StartsWith(expected, StringComparison.Ordinal));
    }
}
