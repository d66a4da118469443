using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TraceAgent.Status;

/// <summary>Serves <c>GET /metrics</c> by HTTP/1.1, one request a connection, and nothing else.</summary>
internal sealed class MetricsServer : IDisposable
{
    private const int MaxRequestSize = 8 << 10;
    private const string HostHeader = "Host:";

    /// <summary>The time within which the same answer is given: anybody on the host may ask, any number of times.</summary>
    private static readonly TimeSpan CacheFor = TimeSpan.FromSeconds(1);

    private readonly Func<byte[]> _text;
    private readonly Lock _gate = new();
    private readonly BoundedServer _server;
    private byte[] _last = [];
    private long _lastAt;

    private MetricsServer(Socket listener, Func<byte[]> text)
    {
        _text = text;
        _server = new BoundedServer(listener, new RequestForm(MaxRequestSize, read => read.Span.IndexOf("\r\n\r\n"u8) >= 0), Answer);
    }

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public static MetricsServer Open(IPEndPoint address, Func<byte[]> text)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // So that an agent that was restarted gets its port back at once (SO_REUSEADDR; .NET's default on Unix for Bind).
            listener.Bind(address);
            return new MetricsServer(listener, text);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public void Dispose() => _server.Dispose();

    private Reply.Whole Answer(byte[]? request)
    {
        var lines = request is null ? [""] : Encoding.ASCII.GetString(request).Split("\r\n");
        var (status, body) = lines[0].Split(' ') switch
        {
            [_, _, "HTTP/1.1"] when Hosts(lines) is not [_] => ("400 Bad Request", "a request has one Host\n"u8.ToArray()),
            [_, _, "HTTP/1.0" or "HTTP/1.1"] when !Hosts(lines).All(IsOwn) =>
                ("403 Forbidden", "this is asked by a loopback address or as localhost\n"u8.ToArray()),
            ["GET" or "HEAD", "/metrics", "HTTP/1.0" or "HTTP/1.1"] => ("200 OK", Current()),
            ["GET" or "HEAD", _, "HTTP/1.0" or "HTTP/1.1"] => ("404 Not Found", "the metrics are at /metrics\n"u8.ToArray()),
            [_, _, "HTTP/1.0" or "HTTP/1.1"] => ("405 Method Not Allowed", "only GET\n"u8.ToArray()),
            _ => ("400 Bad Request", "not a request\n"u8.ToArray()),
        };
        var head = $"HTTP/1.1 {status}\r\nContent-Type: {PrometheusText.ContentType}\r\nContent-Length: " +
            $"{body.Length}\r\nConnection: close\r\n\r\n";
        return new([.. Encoding.ASCII.GetBytes(head), .. lines[0].StartsWith("HEAD ", StringComparison.Ordinal) ? [] : body]);
    }

    private static string[] Hosts(string[] lines) =>
        [.. lines.Skip(1)
            .Where(line => line.StartsWith(HostHeader, StringComparison.OrdinalIgnoreCase))
            .Select(line => line[HostHeader.Length..].Trim())];

    /// <summary>
    /// True for a host name of this server. A page of any site may have a browser ask under the site's own name, once that leads
    /// to this address (DNS rebinding), and would then be allowed to read the answer.
    /// </summary>
    private static bool IsOwn(string host)
    {
        var end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        var name = end > 0 ? host[..end] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }

    private byte[] Current()
    {
        lock (_gate)
        {
            if (_last.Length == 0 || Stopwatch.GetElapsedTime(_lastAt) > CacheFor)
            {
                _last = _text();
                _lastAt = Stopwatch.GetTimestamp();
            }

            return _last;
        }
    }
}
