using System.Text;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Sinks.File;
using TraceAgent.Events.Formats;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Events.Outputs;

/// <summary>
/// Writes through Serilog's file sink, which names and rolls the files, over streams of ours, which know what reached the disk.
/// </summary>
internal sealed class FileOutput : EventOutput, ILoggingFailureListener
{
    private const UnixFileMode FileMode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const string NotRegular = "not a regular file";

    private OutputConfiguration.File _configuration;
    private LineFormatter _formatter;
    private ILogEventSink? _sink;
    private FileSegment? _segment;
    private OutputFailure? _failure;
    private IOException? _refusal;
    private bool _reopened;
    private NameLock? _lock;

    private FileOutput(OutputConfiguration.File configuration) =>
        (_configuration, _formatter) = (configuration, FormatterOf(configuration.Format));

    public override OutputConfiguration Configuration => _configuration;

    public override int Pending => _formatter.Lines.Length;

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
            output.Dispose();
            throw new OutputException(OutputFailure.Of("open", configuration.Path, e));
        }

        return output;
    }

    public override void Write(StreamEvent streamEvent) => _formatter.Append(streamEvent);

    public override bool TakeReopened()
    {
        var reopened = _reopened;
        _reopened = false;
        return reopened;
    }

    /// <remarks>The sink takes the batch as one event of its own, so that it lies in one file.</remarks>
    public override OutputFailure? Commit()
    {
        if (_formatter.Lines.Length == 0)
        {
            return null;
        }

        var failure = Deliver();
        _formatter.Lines.Clear();

        // A sink that could not open its file would not try again for half an hour.
        if (failure is not null || IsFull())
        {
            CloseSink();
        }

        return failure;
    }

    public override void Become(OutputConfiguration next)
    {
        var file = (OutputConfiguration.File)next;
        if (file with { Name = _configuration.Name } != _configuration)
        {
            CloseSink();
            _formatter = FormatterOf(file.Format);
        }

        _configuration = file;
    }

    public override void Dispose()
    {
        CloseSink();
        _lock?.Dispose();
    }

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

    /// <summary>Has the sink write the lines into their file; null when they are there.</summary>
    private OutputFailure? Deliver()
    {
        _failure = null;
        try
        {
            KeepName();
            CloseWhenMoved();
            if (_sink is null)
            {
                PrepareFile();
                _sink = CreateSink();
            }

            _sink.Emit(LineFormatter.Envelope);
            return _failure ?? (_segment is { } segment ? segment.EndBatch() : new OutputFailure(
                _configuration.Path, $"write {_configuration.Path}: no file could be opened"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return OutputFailure.Of("open", _configuration.Path, e);
        }
    }

    // Serilog counts a file's bytes when it opens it and as it writes; ours pass it by. So a full file is opened again, and
    // Serilog then finds it full and goes on to the next name.
    private bool IsFull() => _configuration.Roll?.Size is { } size && _segment is { } segment && segment.Length >= size;

    // Renamed or deleted by somebody else: what comes now belongs into the file that has the name.
    private void CloseWhenMoved()
    {
        if (_segment is { IsMoved: true })
        {
            CloseSink();
            _reopened = true;
        }
    }

    private void CloseSink()
    {
        (_sink as IDisposable)?.Dispose();
        _sink = null;
    }

    private ILogEventSink CreateSink()
    {
        var roll = _configuration.Roll;
        _refusal = null;
        var sink = LoggerSinkConfiguration.CreateSink(to => to.File(
            _formatter,
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

        // Serilog's sink seeks, and swallows what comes of that and of our opening; a rolling one opens with its first event.
        return roll is not null || _segment is not null
            ? sink
            : throw _refusal ?? new IOException(NotRegular);
    }

    private void CheckWritable()
    {
        var directory = FolderOf(_configuration.Path);
        Directory.CreateDirectory(directory);
        if (_configuration.Roll is not null)
        {
            if (WritableTarget.Problem(Path.Combine(directory, Path.GetRandomFileName())) is { } problem)
            {
                throw new IOException(problem);
            }

            // New, and not through a link that somebody may have left there.
            var name = Path.Combine(directory, $".traceagent-{Environment.ProcessId}");
            File.Delete(name);
            using var probe = File.OpenHandle(name, FileMode.CreateNew, FileAccess.Write, options: FileOptions.DeleteOnClose);
            KeepName();
        }
        else
        {
            PrepareFile();
        }
    }

    /// <summary>Ensures that no other agent uses the name of files that roll; a single file is locked itself.</summary>
    private void KeepName()
    {
        if (_configuration.Roll is not null && _lock is not { Holds: true })
        {
            _lock?.Dispose();
            _lock = null;
            Directory.CreateDirectory(FolderOf(_configuration.Path));
            _lock = NameLock.Take(_configuration.Path);
        }
    }

    /// <summary>Creates the one file of an output that does not roll, with its mode; Serilog would take the umask's.</summary>
    private void PrepareFile()
    {
        if (_configuration.Roll is not null)
        {
            return;
        }

        if (WritableTarget.Problem(_configuration.Path) is { } problem)
        {
            // Also for a pipe, whose opening would wait for a reader.
            throw new IOException(problem);
        }

        switch (FileStatus.Of(_configuration.Path)?.Kind)
        {
            case null:
                // The folder may have been removed, too.
                Directory.CreateDirectory(FolderOf(_configuration.Path));
                var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = FileMode0640 };
                using (new FileStream(_configuration.Path, options))
                {
                }

                break;
            default:
                using (File.OpenHandle(_configuration.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                }

                break;
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    private sealed class SegmentHook(FileOutput output) : FileLifecycleHooks
    {
        public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
        {
            // Only what Serilog has just made: never the mode of a device, such as /dev/null, to which somebody sends events.
            if (output._configuration.Roll is not null
                && underlyingStream.Length == 0 && !path.StartsWith("/dev/", StringComparison.Ordinal))
            {
                File.SetUnixFileMode(path, FileMode0640);
            }

            try
            {
                var segment = new FileSegment(path, underlyingStream);
                output._segment = segment;
                segment.Closed += () => output._segment = output._segment == segment ? null : output._segment;
                return segment;
            }
            catch (IOException refusal)
            {
                output._refusal = refusal;
                throw;
            }
        }
    }
}
