using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TraceAgent.Events.Outputs;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Status;

/// <summary>
/// The unix socket that answers <c>traceagent status</c> and <c>traceagent tail</c>: a client sends the line <c>status</c> and gets
/// the JSON of <see cref="AgentStatus"/>, then the end; or <c>tail text</c> or <c>tail clef</c>, with a rule's name after it for
/// one rule, and gets <c>following</c> and then lines as they come, or <c>full</c>. Only the agent's own user, and root, may connect.
/// </summary>
internal sealed class StatusSocket : IDisposable
{
    private const int MaxRequestSize = 256;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = OwnerOnly | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly RequestForm Form = new(MaxRequestSize, read => read.Span.Contains((byte)'\n'));

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly BoundedServer _server;

    private StatusSocket(string path, FileStream @lock, BoundedServer server) => (_path, _lock, _server) = (path, @lock, server);

    /// <param name="path">The absolute path.</param>
    /// <param name="status">Makes the status for each client.</param>
    /// <param name="followers">Takes those who want lines.</param>
    /// <exception cref="StatusSocketException">Another agent answers there, or the socket cannot be made.</exception>
    public static StatusSocket Open(string path, Func<AgentStatus> status, LineFollowers followers)
    {
        var held = TakeLock(path);
        try
        {
            // A socket that an agent left behind when it was killed: ours now, since we hold the lock.
            RemoveSocket(path);
            var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                listener.Bind(new UnixDomainSocketEndPoint(path));
                File.SetUnixFileMode(path, OwnerOnly);
                return new StatusSocket(path, held, new BoundedServer(listener, Form, request => Answer(request, status, followers)));
            }
            catch
            {
                listener.Dispose();
                throw;
            }
        }
        catch (Exception refusal) when (refusal is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            held.Dispose();
            throw new StatusSocketException($"{path}: {refusal.Message}", refusal);
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        RemoveSocket(_path);
        _lock.Dispose();
    }

    /// <summary>
    /// Takes the lock, which ends with its process, however that ends. Only its holder may bind or remove the socket, so two
    /// agents that start at once do not take it from each other.
    /// </summary>
    private static FileStream TakeLock(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, FolderMode);
            }

            return new FileStream(path + ".lock", new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            });
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            // EWOULDBLOCK of flock(2).
            var taken = refusal is IOException { HResult: 11 };
            throw new StatusSocketException(taken ? $"{path}: another agent answers there" : refusal.Message, refusal);
        }
    }

    /// <exception cref="IOException">Something else has that name.</exception>
    private static void RemoveSocket(string path)
    {
        switch (FileStatus.Of(path)?.Kind)
        {
            case null:
                break;
            case FileKind.Socket:
                File.Delete(path);
                break;
            default:
                throw new IOException("something that is no socket has that name");
        }
    }

    private static Reply? Answer(byte[]? request, Func<AgentStatus> status, LineFollowers followers) =>
        Encoding.UTF8.GetString(request ?? []).TrimEnd('\n').Split(' ') switch
        {
            ["status"] => new Reply.Whole(JsonSerializer.SerializeToUtf8Bytes(status(), StatusJson.Readable.AgentStatus)),
            ["tail", "text", .. var rule] => Follow(followers, OutputFormat.Text, rule.FirstOrDefault()),
            ["tail", "clef", .. var rule] => Follow(followers, OutputFormat.Clef, rule.FirstOrDefault()),
            _ => null,
        };

    private static Reply Follow(LineFollowers followers, OutputFormat format, string? rule)
    {
        var follower = new LineFollower(format, rule);
        if (!followers.TryAdd(follower))
        {
            return new Reply.Whole("full\n"u8.ToArray());
        }

        var isGreeted = false;
        return new Reply.Stream(NextAsync, () => followers.Remove(follower));

        async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellation)
        {
            if (isGreeted)
            {
                return await follower.ReadAsync(cancellation).ConfigureAwait(false);
            }

            isGreeted = true;
            return "following\n"u8.ToArray();
        }
    }
}

/// <summary>Thrown when the agent's socket cannot be opened; the agent does its work all the same.</summary>
internal sealed class StatusSocketException(string message, Exception inner) : Exception(message, inner);
