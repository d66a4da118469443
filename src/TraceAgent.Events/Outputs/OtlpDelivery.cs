using System.Net;
using System.Threading.Channels;

namespace TraceAgent.Events.Outputs;

/// <summary>A notice about an output that sends, between two commits.</summary>
/// <param name="Output">The output's address.</param>
/// <param name="Reason">The reason why it does not deliver; null when it does again.</param>
/// <param name="Dropped">The number of events that are given up; 0 while they wait to be sent again.</param>
public sealed record DeliveryNotice(string Output, string? Reason, int Dropped);

/// <summary>
/// Stands in for the network in Serilog's sink. Requests are taken at once and sent one after the other; one that a receiver
/// cannot take now is sent again, until it can or the output is closed (opentelemetry.io/docs/specs/otlp, "Failures").
/// </summary>
internal sealed class OtlpDelivery : HttpMessageHandler
{
    /// <summary>The maximum number of bytes of requests that wait.</summary>
    private const int MaxBytes = 32 << 20;

    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private readonly string _name;
    private readonly bool _grpc;
    private readonly Action<DeliveryNotice> _notice;
    private readonly HttpMessageInvoker _network = new(
        new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false });
    private readonly Channel<OtlpRequest> _queue = Channel.CreateUnbounded<OtlpRequest>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly Task _sending;
    private long _bytes;
    private long _taken;
    private bool _failing;

    /// <param name="name">The output's name, for notices.</param>
    /// <param name="grpc">True for requests and answers of gRPC, false for HTTP.</param>
    /// <param name="notice">Called by the sending task.</param>
    public OtlpDelivery(string name, bool grpc, Action<DeliveryNotice> notice)
    {
        (_name, _grpc, _notice) = (name, grpc, notice);
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>The number of events in the requests taken so far.</summary>
    public long Taken => Volatile.Read(ref _taken);

    public bool IsFull => Volatile.Read(ref _bytes) > MaxBytes;

    /// <summary>Sends what waits; what is left at the timeout is dropped, counted and reported.</summary>
    /// <param name="handedOver">The number of events that the sink was given in total.</param>
    /// <param name="timeout">The maximum time.</param>
    public async Task CloseAsync(long handedOver, TimeSpan timeout)
    {
        _queue.Writer.TryComplete();
        _givingUp.CancelAfter(timeout);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        if (handedOver > Taken)
        {
            _notice(new DeliveryNotice(_name, "the sink made no request of them", (int)(handedOver - Taken)));
        }

        _network.Dispose();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var taken = await OtlpRequest.OfAsync(request, _grpc).ConfigureAwait(false);
        Interlocked.Add(ref _bytes, taken.Body.Length);
        Interlocked.Add(ref _taken, taken.Events);
        _queue.Writer.TryWrite(taken);
        return OtlpRequest.Accepted(request, _grpc);
    }

    private async Task SendAllAsync()
    {
        await foreach (var request in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await DeliverAsync(request).ConfigureAwait(false);
            Interlocked.Add(ref _bytes, -request.Body.Length);
        }
    }

    private async Task DeliverAsync(OtlpRequest request)
    {
        var pause = FirstPause;
        while (true)
        {
            var answer = await TryAsync(request).ConfigureAwait(false);
            if (answer.Problem is null)
            {
                Report(null, answer.Rejected);
                return;
            }

            var reason = $"send to {_name}: {answer.Problem}";
            if (!answer.MayRetry || _givingUp.IsCancellationRequested)
            {
                Report(reason, request.Events);
                return;
            }

            Report(reason, 0);
            await PauseAsync(answer.RetryAfter ?? pause).ConfigureAwait(false);
            pause = pause * 2 < MaxPause ? pause * 2 : MaxPause;
        }
    }

    // While the output is being closed there is no time for long pauses.
    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause < MaxPause ? pause : MaxPause, _closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Task.Delay(FirstPause).ConfigureAwait(false);
        }
    }

    private async Task<OtlpAnswer> TryAsync(OtlpRequest request)
    {
        if (_givingUp.IsCancellationRequested)
        {
            return new OtlpAnswer("no time is left", MayRetry: false);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_givingUp.Token);
        timeout.CancelAfter(Attempt);
        try
        {
            using var message = request.ToMessage();
            using var response = await _network.SendAsync(message, timeout.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(timeout.Token).ConfigureAwait(false);
            return _grpc ? OtlpAnswer.OfGrpc(response) : OtlpAnswer.OfHttp(response, body);
        }
        catch (HttpRequestException refusal)
        {
            return new OtlpAnswer(refusal.InnerException?.Message ?? refusal.Message, MayRetry: true);
        }
        catch (IOException refusal)
        {
            return new OtlpAnswer(refusal.Message, MayRetry: true);
        }
        catch (OperationCanceledException)
        {
            return new OtlpAnswer("no answer in time", MayRetry: true);
        }
    }

    // A receiver that is away is reported once, however long; lost events are always reported.
    private void Report(string? reason, int dropped)
    {
        if (dropped > 0 || (reason is null) == _failing)
        {
            _notice(new DeliveryNotice(_name, dropped > 0 ? reason ?? $"{_name} rejected a part of a request" : reason, dropped));
        }

        _failing = reason is not null;
    }
}
