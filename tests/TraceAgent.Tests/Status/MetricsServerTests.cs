using System.Net;
using System.Net.Sockets;
using System.Text;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public class MetricsServerTests
{
    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK", "some 1\n")]
    [InlineData("HEAD /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK", "")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found", "the metrics are at /metrics\n")]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed", "only GET\n")]
    [InlineData("nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request", "not a request\n")]
    [InlineData("GET /metrics HTT", "HTTP/1.1 400 Bad Request", "not a request\n")]
    public void A_request_is_answered_once_and_the_connection_closed(string request, string status, string body)
    {
        var port = FreePort();
        using var server = MetricsServer.Open(new IPEndPoint(IPAddress.Loopback, port), () => "some 1\n"u8.ToArray());
        using var client = new TcpClient("127.0.0.1", port);
        var stream = client.GetStream();
        stream.Write(Encoding.ASCII.GetBytes(request));
        client.Client.Shutdown(SocketShutdown.Send);

        var answer = new StreamReader(stream).ReadToEnd().Split("\r\n\r\n");

        Assert.StartsWith(status, answer[0], StringComparison.Ordinal);
        Assert.Equal(body, answer[1]);
    }

    [Fact]
    public void A_request_without_an_end_is_not_read_for_ever()
    {
        var port = FreePort();
        using var server = MetricsServer.Open(new IPEndPoint(IPAddress.Loopback, port), () => []);
        using var client = new TcpClient("127.0.0.1", port);
        client.Client.Send(Encoding.ASCII.GetBytes("GET /metrics HTTP/1.1\r\n" + new string('x', 8 << 10)));

        var first = new byte[64];

        Assert.StartsWith("HTTP/1.1 400", Encoding.ASCII.GetString(first, 0, client.Client.Receive(first)), StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
