namespace TraceAgent.Status;

/// <summary>
/// Writes the metrics where node-exporter's textfile collector finds them: completely, by rename. Removed at an orderly end.
/// </summary>
internal sealed class MetricsTextfile : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path;
    private readonly string _unfinished;
    private readonly Func<byte[]> _text;
    private readonly Action<string> _onFailure;
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private bool _failing;
    private bool _disposed;

    /// <param name="path">The absolute path.</param>
    /// <param name="text">Makes the text, each time.</param>
    /// <param name="onFailure">Called once with the reason why the file cannot be written, and again after it could.</param>
    public MetricsTextfile(string path, Func<byte[]> text, Action<string> onFailure)
    {
        (_path, _text, _onFailure) = (path, text, onFailure);
        // The collector reads *.prom only.
        _unfinished = $"{path}.{Environment.ProcessId}";
        _timer = new Timer(_ => Write(), null, TimeSpan.Zero, Interval);
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _disposed = true;
            Try(() => File.Delete(_path));
        }
    }

    private void Write()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            Try(() =>
            {
                // Never write into a file that another user may have put there.
                File.Delete(_unfinished);
                using (var file = new FileStream(_unfinished, FileMode.CreateNew, FileAccess.Write))
                {
                    // The collector runs as another user: readable for all, whatever the umask is.
                    File.SetUnixFileMode(file.SafeFileHandle, Everybody);
                    file.Write(_text());
                }

                File.Move(_unfinished, _path, overwrite: true);
                _failing = false;
            });
        }
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
            {
                _failing = true;
                _onFailure(refusal.Message);
            }
        }
    }
}
