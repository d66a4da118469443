using System.Net.Sockets;

namespace TraceAgent.Status;

/// <summary>
/// Answers clients of a socket, some at a time, each within a time: one that says nothing, or reads nothing, takes a place
/// for no longer than that, and the others wait in the kernel's queue.
/// </summary>
internal sealed class BoundedServer : IDisposable
{
    private const int MostAtOnce = 32;
    private const int Backlog = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _listener;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    /// <param name="listener">Bound; taken over.</param>
    /// <param name="serve">Reads a request and answers it.</param>
    public BoundedServer(Socket listener, Func<Socket, CancellationToken, Task> serve)
    {
        (_listener, _serve) = (listener, serve);
        _listener.Listen(Backlog);
        _accepting = Task.Run(AcceptAsync);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
        _accepting.Wait(Patience);
    }

    /// <summary>Reads until the text ends a request, or is too long for one.</summary>
    /// <param name="client">The other side.</param>
    /// <param name="isComplete">Of what was read so far.</param>
    /// <param name="limit">Bytes of the longest request.</param>
    /// <param name="cancellation">When to give up.</param>
    /// <returns>Null when it did not end within the limit.</returns>
    public static async Task<byte[]?> ReadRequestAsync(Socket client, Func<ReadOnlyMemory<byte>, bool> isComplete, int limit, CancellationToken cancellation)
    {
        var buffer = new byte[limit];
        var length = 0;
        while (length < limit)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            length += read;
            if (isComplete(buffer.AsMemory(0, length)))
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

    public static async Task SendAsync(Socket client, ReadOnlyMemory<byte> answer, CancellationToken cancellation)
    {
        for (var sent = 0; sent < answer.Length;)
        {
            sent += await client.SendAsync(answer[sent..], cancellation).ConfigureAwait(false);
        }

        client.Shutdown(SocketShutdown.Send);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stopping.Token).ConfigureAwait(false);
                var client = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _ = ServeAsync(client);
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // Out of descriptors, or the client has gone already: the next one may do better.
                _places.Release();
                await Task.Delay(100).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        patience.CancelAfter(Patience);
        try
        {
            await _serve(client, patience.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, or was too slow: that is its own affair.
            client.Close(0);
        }
        finally
        {
            client.Dispose();
            _places.Release();
        }
    }
}
