using Microsoft.Extensions.Logging;
using TraceAgent.Configuration;
using TraceAgent.Events.Outputs;
using TraceAgent.Logging;

namespace TraceAgent.Status;

/// <summary>
/// All ways in which the agent can be asked about itself. One that cannot be opened is reported, and the agent goes on without.
/// </summary>
internal sealed class StatusListeners : IDisposable
{
    private readonly List<IDisposable> _ways = [];

    public StatusListeners(AgentConfiguration configuration, StatusSource source, LineFollowers followers, ILogger logger)
    {
        byte[] Metrics() => PrometheusText.Of(source.Take());
        if (configuration.Socket is { } path)
        {
            try
            {
                _ways.Add(StatusSocket.Open(path, source.Take, followers));
            }
            catch (StatusSocketException refusal)
            {
                Log.NoStatusSocket(logger, refusal.Message);
            }
        }

        if (configuration.Metrics.Listen is { } address)
        {
            _ways.Add(new MetricsListener(address, Metrics, logger, MetricsListener.RetryInterval));
        }

        if (configuration.Metrics.Textfile is { } file)
        {
            _ways.Add(new MetricsTextfile(file, Metrics, reason => Log.NoMetrics(logger, reason)));
        }
    }

    public void Dispose() => _ways.ForEach(way => way.Dispose());
}
