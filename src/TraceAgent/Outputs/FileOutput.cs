using System.Text;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.File;
using TraceAgent.Configuration;

namespace TraceAgent.Outputs;

/// <summary>
/// Serilog's file sink, which names and rolls the files, over streams of ours, which know what reached the disk.
/// </summary>
internal sealed class FileOutput : EventOutput, ILoggingFailureListener
{
    private const UnixFileMode FileMode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private readonly OutputConfiguration.File _configuration;
    private readonly SegmentBatch _batch = new();
    private ILogEventSink? _sink;
    private OutputFailure? _failure;

    private FileOutput(OutputConfiguration.File configuration) => _configuration = configuration;

    public override int Pending => _batch.Pending;

    /// <exception cref="OutputException">The file cannot be created or written.</exception>
    public static FileOutput Open(OutputConfiguration.File configuration)
    {
        var output = new FileOutput(configuration);
        try
        {
            output.CheckWritable();
            output._sink = output.CreateSink();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(OutputFailure.Of("open", configuration.Path, e));
        }

        // Serilog's sink seeks; it has swallowed what came of that.
        return configuration.Roll is null && output._batch.Current is null
            ? throw new OutputException(new OutputFailure(configuration.Path, $"open {configuration.Path}: not a regular file"))
            : output;
    }

    public override void Write(LogEvent logEvent)
    {
        // The rest of a batch that has already failed is lost with it.
        if (_failure is not null)
        {
            return;
        }

        try
        {
            _sink ??= CreateSink();
            _sink.Emit(logEvent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure ??= OutputFailure.Of("open", _configuration.Path, e);
        }
    }

    public override OutputFailure? Commit()
    {
        var failure = _failure ?? _batch.Write();
        _failure = null;
        _batch.Clear();

        // A sink that could not open its file would not try again for half an hour.
        if (failure is not null || IsFull())
        {
            CloseSink();
        }

        return failure;
    }

    public override void Dispose() => CloseSink();

    void ILoggingFailureListener.OnLoggingFailed(
        object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception)
    {
        // Temporary failures lose no event: a locked name is passed over, an obsolete file stays.
        if (kind != LoggingFailureKind.Temporary)
        {
            _failure ??= exception is IOException or UnauthorizedAccessException
                ? OutputFailure.Of("open", _configuration.Path, exception)
                : new OutputFailure(_configuration.Path, $"write {_configuration.Path}: {message}");
        }
    }

    // Serilog counts a file's bytes when it opens it and as it writes; ours pass it by. So a full file is opened anew, and
    // Serilog then finds it full and goes on to the next name.
    private bool IsFull() =>
        _configuration.Roll?.Size is { } size && _batch.Current is { } current && current.Length >= size;

    private void CloseSink()
    {
        (_sink as IDisposable)?.Dispose();
        _sink = null;
        _batch.DropClosed();
    }

    private ILogEventSink CreateSink()
    {
        var roll = _configuration.Roll;
        var sink = LoggerSinkConfiguration.CreateSink(to => to.File(
            FormatterOf(_configuration.Format),
            _configuration.Path,
            fileSizeLimitBytes: roll?.Size,
            rollingInterval: roll?.Every switch
            {
                RollInterval.Day => RollingInterval.Day,
                RollInterval.Hour => RollingInterval.Hour,
                _ => RollingInterval.Infinite,
            },
            rollOnFileSizeLimit: roll?.Size is not null,
            retainedFileCountLimit: roll?.Keep,
            encoding: new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            hooks: new SegmentHook(this)));
        if (sink is ISetLoggingFailureListener observed)
        {
            observed.SetFailureListener(this);
        }

        return sink;
    }

    private void CheckWritable()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(_configuration.Path))!;
        Directory.CreateDirectory(directory);
        if (_configuration.Roll is not null)
        {
            using var probe = File.OpenHandle(
                Path.Combine(directory, $".traceagent-{Environment.ProcessId}"), FileMode.Create, FileAccess.Write, options: FileOptions.DeleteOnClose);
        }
        else if (File.Exists(_configuration.Path))
        {
            using var existing = File.OpenHandle(_configuration.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        else
        {
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = FileMode0640 };
            using var created = new FileStream(_configuration.Path, options);
        }
    }

    private sealed class SegmentHook(FileOutput output) : FileLifecycleHooks
    {
        public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
        {
            // Only what Serilog has just made: never the mode of a device, such as /dev/null, to which somebody sends events.
            if (output._configuration.Roll is not null && underlyingStream.Length == 0 && !path.StartsWith("/dev/", StringComparison.Ordinal))
            {
                File.SetUnixFileMode(path, FileMode0640);
            }

            var segment = new FileSegment(path, underlyingStream);
            output._batch.Add(segment);
            return segment.Batch;
        }
    }
}
