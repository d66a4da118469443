using System.Net;
using System.Net.Sockets;
using System.Text;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public class MetricsServerTests
{
    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost:9435\r\n\r\n", "HTTP/1.1 200 OK", "some 1\n")]
    [InlineData("GET /metrics HTTP/1.1\r\nA: b\r\nhost:127.0.0.1\r\n\r\n", "HTTP/1.1 200 OK", "some 1\n")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: [::1]:9435\r\n\r\n", "HTTP/1.1 200 OK", "some 1\n")]
    [InlineData("GET /metrics HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK", "some 1\n")]
    [InlineData("HEAD /metrics HTTP/1.1\r\nHost: LOCALHOST\r\n\r\n", "HTTP/1.1 200 OK", "")]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.9:1\r\n\r\n", "HTTP/1.1 404 Not Found", "the metrics are at /metrics\n")]
    [InlineData("POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 405 Method Not Allowed", "only GET\n")]
    [InlineData(
        "GET /metrics HTTP/1.1\r\nHost: evil.example:9435\r\n\r\n",
        "HTTP/1.1 403 Forbidden",
        "this is asked by a loopback address or as localhost\n")]
    [InlineData(
        "GET /metrics HTTP/1.0\r\nHost: evil.example\r\n\r\n",
        "HTTP/1.1 403 Forbidden",
        "this is asked by a loopback address or as localhost\n")]
    [InlineData(
        "GET /metrics HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n",
        "HTTP/1.1 403 Forbidden",
        "this is asked by a loopback address or as localhost\n")]
    [InlineData(
        "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n",
        "HTTP/1.1 403 Forbidden",
        "this is asked by a loopback address or as localhost\n")]
    [InlineData(
        "GET /metrics HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n",
        "HTTP/1.1 403 Forbidden",
        "this is asked by a loopback address or as localhost\n")]
    [InlineData(
        "GET /metrics HTTP/1.1\r\nHost: \r\n\r\n",
        "HTTP/1.1 403 Forbidden",
        "this is asked by a loopback address or as localhost\n")]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request", "a request has one Host\n")]
    [InlineData(
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        "HTTP/1.1 400 Bad Request",
        "a request has one Host\n")]
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

    [Fact]
    public void Any_number_of_connections_that_say_nothing_keep_no_other_from_its_answer()
    {
        var port = FreePort();
        using var server = MetricsServer.Open(new IPEndPoint(IPAddress.Loopback, port), () => "some 1\n"u8.ToArray());
        var silent = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                silent.Add(new TcpClient("127.0.0.1", port));
                if (i % 20 == 0)
                {
                    Assert.EndsWith("some 1\n", Ask(port), StringComparison.Ordinal);
                }
            }

            // The last ones still have their places, and may ask yet.
            silent[^1].Client.Send("GET /metrics HTTP/1.0\r\n\r\n"u8);
            Assert.EndsWith("some 1\n", new StreamReader(silent[^1].GetStream()).ReadToEnd(), StringComparison.Ordinal);

            // The first has made room long before its time was over.
            Assert.Equal(0, ReadOrGone(silent[0]));
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }
    }

    private static int ReadOrGone(TcpClient client)
    {
        try
        {
            return client.Client.Receive(new byte[1]);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static string Ask(int port)
    {
        using var client = new TcpClient("127.0.0.1", port);
        client.Client.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        return new StreamReader(client.GetStream()).ReadToEnd();
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
