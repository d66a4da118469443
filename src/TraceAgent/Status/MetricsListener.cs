using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using TraceAgent.Logging;

namespace TraceAgent.Status;

/// <summary>Keeps the metrics served at an address; while another program has it, it is tried again.</summary>
internal sealed class MetricsListener : IDisposable
{
    /// <summary>The time between two attempts.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly IPEndPoint _address;
    private readonly Func<byte[]> _text;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Timer _retry;
    private MetricsServer? _server;
    private bool _isDisposed;

    public MetricsListener(IPEndPoint address, Func<byte[]> text, ILogger logger, TimeSpan retryInterval)
    {
        (_address, _text, _logger) = (address, text, logger);
        _retry = new Timer(_ => Open(isRetry: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!Open(isRetry: false))
        {
            _retry.Change(retryInterval, retryInterval);
        }
    }

    public void Dispose()
    {
        _retry.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            _server?.Dispose();
        }
    }

    private bool Open(bool isRetry)
    {
        lock (_gate)
        {
            if (_isDisposed || _server is not null)
            {
                return true;
            }

            try
            {
                _server = MetricsServer.Open(_address, _text);
            }
            catch (SocketException refusal)
            {
                if (!isRetry)
                {
                    Log.NoMetrics(_logger, $"{_address}: {refusal.Message}; tried again every {RetryInterval.TotalSeconds:0} s");
                }

                return false;
            }

            _retry.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (isRetry)
            {
                Log.MetricsServed(_logger, _address.ToString());
            }

            return true;
        }
    }
}
