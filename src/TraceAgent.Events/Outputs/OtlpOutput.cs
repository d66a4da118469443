using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.OpenTelemetry;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Formats;

namespace TraceAgent.Events.Outputs;

/// <summary>
/// Writes through Serilog's OpenTelemetry sink, which makes requests of events, over a delivery of ours, which sends them, tries
/// again, and counts what could not be delivered. Events wait in memory; when that is full, whole batches are refused.
/// </summary>
internal sealed class OtlpOutput : EventOutput
{
    /// <summary>
    /// The maximum number of events that the sink has not made a request of; about as many as it makes in a tenth of a second.
    /// </summary>
    private const int MaxUnsent = 16_384;

    /// <summary>The number of events in a request: below the 4 MiB that receivers of gRPC take, with events of up to 8 KiB.</summary>
    private const int EventsPerRequest = 512;

    /// <summary>The estimated number of bytes of an event's attributes, besides its texts.</summary>
    private const int BytesPerEvent = 512;

    private readonly LineBuffer _spare = new();
    private readonly List<LogEvent> _batch = [];
    private readonly OtlpDelivery _delivery;
    private readonly ILogEventSink _sink;
    private OutputConfiguration.Otlp _configuration;
    private long _handedOver;
    private int _pending;

    private OtlpOutput(OutputConfiguration.Otlp configuration, OtlpDelivery delivery)
    {
        (_configuration, _delivery) = (configuration, delivery);
        _sink = LoggerSinkConfiguration.CreateSink(to => to.OpenTelemetry(
            options =>
            {
                options.Protocol = configuration.Grpc ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf;
                options.LogsEndpoint = AddressOf(configuration);
                options.TracesEndpoint = null;
                options.HttpMessageHandler = delivery;
                options.IncludedData = IncludedData.None;
                options.ResourceAttributes = new Dictionary<string, object>
                {
                    ["service.name"] = "traceagent",
                    ["service.version"] = ProgramVersion.Text,
                    ["host.name"] = Environment.MachineName,
                };
                foreach (var (name, value) in configuration.Headers)
                {
                    options.Headers[name] = value;
                }

                // Without a limit: Serilog's queue would drop events without counting them.
                options.BatchingOptions.QueueLimit = null;
                options.BatchingOptions.BatchSizeLimit = EventsPerRequest;
                options.BatchingOptions.BufferingTimeLimit = TimeSpan.FromMilliseconds(500);
            },
            ignoreEnvironment: true));
    }

    public override OutputConfiguration Configuration => _configuration;

    public override int Pending => _pending;

    /// <summary>Opens the output. Never fails: the receiver may come later.</summary>
    /// <param name="configuration">The configuration, with the receiver.</param>
    /// <param name="notice">Called, on any thread, when delivery begins to fail, drops events, or works again.</param>
    public static OtlpOutput Open(OutputConfiguration.Otlp configuration, Action<DeliveryNotice> notice) =>
        new(configuration, new OtlpDelivery(configuration.Target, configuration.Grpc, notice));

    public override void Write(StreamEvent streamEvent)
    {
        var own = OtelEvent.Of(streamEvent, _spare);
        _pending += BytesPerEvent + (4 * _spare.Length);
        _batch.Add(own);
    }

    public override OutputFailure? Commit()
    {
        if (_batch.Count == 0)
        {
            return null;
        }

        try
        {
            if (_delivery.IsFull || _handedOver - _delivery.Taken + _batch.Count > MaxUnsent)
            {
                return new OutputFailure(Name, $"send to {Name}: as many events wait for it as can be kept");
            }

            foreach (var logEvent in _batch)
            {
                _sink.Emit(logEvent);
            }

            _handedOver += _batch.Count;
            return null;
        }
        finally
        {
            _batch.Clear();
            _pending = 0;
        }
    }

    public override bool MayBecome(OutputConfiguration next) => next with { Name = _configuration.Name } == _configuration;

    public override void Become(OutputConfiguration next) => _configuration = (OutputConfiguration.Otlp)next;

    public override async Task CloseAsync(TimeSpan timeout)
    {
        // Disposing the sink makes its last requests; the delivery queues them, and sends them below.
        await Task.Run((_sink as IDisposable)!.Dispose).ConfigureAwait(false);
        await _delivery.CloseAsync(_handedOver, timeout).ConfigureAwait(false);
    }

    public override void Dispose() => CloseAsync(TimeSpan.Zero).GetAwaiter().GetResult();

    private static string AddressOf(OutputConfiguration.Otlp configuration)
    {
        const string path = "/v1/logs";
        var address = configuration.Endpoint.AbsoluteUri.TrimEnd('/');
        return configuration.Grpc || address.EndsWith(path, StringComparison.Ordinal) ? address : address + path;
    }
}
