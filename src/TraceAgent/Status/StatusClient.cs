using System.Net.Sockets;
using System.Text.Json;

namespace TraceAgent.Status;

/// <summary>Asks a running agent for its status.</summary>
internal static class StatusClient
{
    private const int MaxAnswerSize = 256 << 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <exception cref="StatusUnavailableException">No agent answers; the message says where, why and what to do.</exception>
    public static AgentStatus Ask(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.SendTimeout = socket.ReceiveTimeout = (int)Timeout.TotalMilliseconds;
            socket.Connect(new UnixDomainSocketEndPoint(path));
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
