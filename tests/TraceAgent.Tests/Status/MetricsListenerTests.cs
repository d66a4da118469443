using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public sealed class MetricsListenerTests
{
    [Fact]
    public void A_port_that_another_program_has_is_taken_when_it_is_free()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var address = (IPEndPoint)other.LocalEndPoint!;
        using var listener = new MetricsListener(
            address, () => "traceagent_up 1\n"u8.ToArray(), NullLogger.Instance, TimeSpan.FromMilliseconds(50));
        Assert.Throws<InvalidOperationException>(() => Ask(address));

        other.Dispose();

        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (DateTime.UtcNow < deadline)
        {
            try
            {
                Assert.Contains("traceagent_up 1", Ask(address), StringComparison.Ordinal);
                return;
            }
            catch (Exception refused) when (refused is InvalidOperationException or SocketException)
            {
                Thread.Sleep(50);
            }
        }

        Assert.Fail("the port was not taken");
    }

    /// <summary>Asks as Prometheus does; the other program answers nothing.</summary>
    private static string Ask(IPEndPoint address)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 500 };
        client.Connect(address);
        client.Send("GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n"u8);
        var answer = new byte[4096];
        try
        {
            return System.Text.Encoding.ASCII.GetString(answer, 0, client.Receive(answer));
        }
        catch (SocketException silence)
        {
            throw new InvalidOperationException("no answer", silence);
        }
    }
}
