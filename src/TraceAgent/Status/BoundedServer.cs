using System.Net.Sockets;

namespace TraceAgent.Status;

/// <summary>
/// Answers clients of a socket, one request each, some at a time. Clients do not wait for each other: when there are too many,
/// the one that has been silent for longest is disconnected, and nobody has more than five seconds.
/// </summary>
internal sealed class BoundedServer : IDisposable
{
    private const int MaxAtOnce = 32;
    private const int Backlog = 64;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Socket _listener;
    private readonly RequestForm _form;
    private readonly Func<byte[]?, Reply?> _answer;
    private readonly LinkedList<Connection> _connections = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    /// <param name="listener">The socket, bound; the server disposes of it.</param>
    /// <param name="form">The form of a request.</param>
    /// <param name="answer">
    /// The answer to a request, which is null when it did not end within the limit; null for none. Called by any thread.
    /// </param>
    public BoundedServer(Socket listener, RequestForm form, Func<byte[]?, Reply?> answer)
    {
        (_listener, _form, _answer) = (listener, form, answer);
        _listener.Listen(Backlog);
        _accepting = Task.Run(AcceptAsync);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
        _accepting.Wait(Timeout);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _ = ServeAsync(Enter(client));
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // Out of descriptors, or the client has gone already: the next one may do better.
                await Task.Delay(100).ConfigureAwait(false);
            }
        }
    }

    private LinkedListNode<Connection> Enter(Socket client)
    {
        var connection = new Connection(client, CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token));
        connection.Timeout.CancelAfter(Timeout);
        Connection? evicted = null;
        LinkedListNode<Connection> node;
        lock (_gate)
        {
            if (_connections.Count >= MaxAtOnce)
            {
                var oldest = _connections.FirstOrDefault(one => !one.HasAsked) ?? _connections.First!.Value;
                _connections.Remove(oldest);
                evicted = oldest;
            }

            node = _connections.AddLast(connection);
        }

        evicted?.Timeout.Cancel();
        return node;
    }

    private async Task ServeAsync(LinkedListNode<Connection> node)
    {
        var connection = node.Value;
        using var client = connection.Client;
        try
        {
            var cancellation = connection.Timeout.Token;
            var request = await ReadRequestAsync(client, cancellation).ConfigureAwait(false);
            connection.HasAsked = true;
            switch (_answer(request))
            {
                case Reply.Whole whole:
                    await SendAsync(client, whole.Bytes, cancellation).ConfigureAwait(false);
                    client.Shutdown(SocketShutdown.Send);
                    break;
                case Reply.Stream stream:
                    connection.Timeout.CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);
                    await StreamAsync(client, stream, connection.Timeout).ConfigureAwait(false);
                    break;
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, was too slow, or was evicted: nothing to report.
            client.Close(0);
        }
        finally
        {
            lock (_gate)
            {
                if (node.List is not null)
                {
                    _connections.Remove(node);
                }
            }

            connection.Timeout.Dispose();
        }
    }

    /// <summary>Reads a request; null when it did not end within the limit.</summary>
    private async Task<byte[]?> ReadRequestAsync(Socket client, CancellationToken cancellation)
    {
        var buffer = new byte[_form.MaxSize];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            length += read;
            if (_form.IsComplete(buffer.AsMemory(0, length)))
            {
                return buffer[..length];
            }

            if (read == 0)
            {
                return null;
            }
        }

        return null;
    }

    private static async Task SendAsync(Socket client, ReadOnlyMemory<byte> answer, CancellationToken cancellation)
    {
        for (var sent = 0; sent < answer.Length;)
        {
            sent += await client.SendAsync(answer[sent..], cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends until the client goes away, which is noticed also while there is nothing to send.</summary>
    private static async Task StreamAsync(Socket client, Reply.Stream stream, CancellationTokenSource cancellation)
    {
        var gone = WatchAsync();
        try
        {
            while (true)
            {
                await SendAsync(client, await stream.Next(cancellation.Token).ConfigureAwait(false), cancellation.Token)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            stream.End();
            await cancellation.CancelAsync().ConfigureAwait(false);
            await gone.ConfigureAwait(false);
        }

        async Task WatchAsync()
        {
            try
            {
                var ignored = new byte[64];
                while (await client.ReceiveAsync(ignored, cancellation.Token).ConfigureAwait(false) > 0)
                {
                }
            }
            catch (Exception end) when (end is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client, or the server, has ended it.
            }

            await cancellation.CancelAsync().ConfigureAwait(false);
        }
    }

    private sealed class Connection(Socket client, CancellationTokenSource timeout)
    {
        public Socket Client => client;

        public CancellationTokenSource Timeout => timeout;

        public volatile bool HasAsked;
    }
}

/// <summary>The form of a request: how to tell that it has ended.</summary>
/// <param name="MaxSize">Bytes.</param>
/// <param name="IsComplete">True when what was read so far is a whole request.</param>
internal sealed record RequestForm(int MaxSize, Func<ReadOnlyMemory<byte>, bool> IsComplete);
