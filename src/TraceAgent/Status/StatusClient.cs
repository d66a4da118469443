using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TraceAgent.Events.Outputs;

namespace TraceAgent.Status;

/// <summary>Asks a running agent for its status, or for its lines.</summary>
internal static class StatusClient
{
    private const int MaxAnswerSize = 256 << 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private delegate T Exchange<T>(Socket socket);

    /// <exception cref="StatusUnavailableException">No agent answers; the message says where, why and what to do.</exception>
    /// <param name="path">The path of the socket.</param>
    /// <param name="patience">The time that the agent has for each part of its answer; null for 10 s.</param>
    public static AgentStatus Ask(string path, TimeSpan? patience = null) => Connected(path, socket =>
    {
        try
        {
            socket.SendTimeout = socket.ReceiveTimeout = (int)(patience ?? Timeout).TotalMilliseconds;
            socket.Send("status\n"u8);
            using var answer = new MemoryStream();
            var buffer = new byte[64 << 10];
            while (socket.Receive(buffer) is > 0 and var length)
            {
                answer.Write(buffer.AsSpan(0, length));
                if (answer.Length > MaxAnswerSize)
                {
                    throw new StatusUnavailableException($"{path}: the program that answers is not traceagent");
                }
            }

            return JsonSerializer.Deserialize(
                answer.GetBuffer().AsSpan(0, (int)answer.Length), StatusJson.Readable.AgentStatus) is { Rules: not null } status
                ? status
                : throw new StatusUnavailableException($"{path}: the program that answers is not traceagent");
        }
        catch (JsonException)
        {
            throw new StatusUnavailableException($"{path}: the program that answers is not traceagent, or another version");
        }
    });

    /// <summary>Passes the lines of the agent on as they come, until it ends.</summary>
    /// <param name="path">The path of the socket.</param>
    /// <param name="json">CLEF, or else lines for people.</param>
    /// <param name="rule">The one rule that is wanted; null for all.</param>
    /// <param name="lines">Takes whole lines and parts of them.</param>
    /// <exception cref="StatusUnavailableException">No agent answers, or too many follow it.</exception>
    public static void Follow(string path, bool json, string? rule, Action<ReadOnlySpan<byte>> lines) => Connected(path, socket =>
    {
        socket.Send(Encoding.UTF8.GetBytes($"tail {(json ? "clef" : "text")}{(rule is null ? "" : $" {rule}")}\n"));
        var first = ReadFirstLine(socket);
        if (first != "following")
        {
            throw new StatusUnavailableException(first == "full"
                ? $"{path}: {LineFollowers.Max} others follow the agent already"
                : $"{path}: the program that answers is not traceagent, or another version");
        }

        socket.ReceiveTimeout = 0;
        var buffer = new byte[64 << 10];
        while (Receive(socket, buffer) is > 0 and var length)
        {
            lines(buffer.AsSpan(0, length));
        }

        return true;
    });

    /// <summary>The number of bytes; 0 when the agent has ended, in whatever way.</summary>
    private static int Receive(Socket socket, byte[] buffer)
    {
        try
        {
            return socket.Receive(buffer);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static string ReadFirstLine(Socket socket)
    {
        const int longest = 16;
        var line = new StringBuilder();
        var letter = new byte[1];
        while (line.Length < longest && socket.Receive(letter) == 1 && letter[0] != '\n')
        {
            line.Append((char)letter[0]);
        }

        return line.ToString();
    }

    private static T Connected<T>(string path, Exchange<T> exchange)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.SendTimeout = socket.ReceiveTimeout = (int)Timeout.TotalMilliseconds;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return exchange(socket);
        }
        catch (ArgumentException)
        {
            throw new StatusUnavailableException($"{path}: no name for a unix socket, which has 107 bytes at most");
        }
        catch (SocketException refusal)
        {
            throw new StatusUnavailableException(refusal.SocketErrorCode switch
            {
                SocketError.AccessDenied => $"{path}: permission denied; only root and the agent's user may ask",
                SocketError.TimedOut or SocketError.WouldBlock => $"{path}: the agent does not answer",
                _ => $"no agent answers at {path}; is 'traceagent run' running, and is this its socket (--socket)?",
            });
        }
    }
}

internal sealed class StatusUnavailableException(string message) : Exception(message);
