using System.Text;
using Microsoft.Extensions.Logging;
using TraceAgent.Capture;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Logging;

/// <summary>
/// Writes the agent's own messages, one line each, to standard error. Under systemd with the priority prefix of sd-daemon(3) and
/// without a time, which the journal has itself.
/// </summary>
/// <param name="isCommand">True for a person who has just typed the command: without time, and without what needs no saying.</param>
internal sealed class StandardErrorLoggerProvider(bool isCommand = false) : ILoggerProvider
{
    private const string OwnCategories = "TraceAgent";
    private const int StandardError = 2;

    /// <summary>The time that a message waits for a reader, once; those that follow do not wait.</summary>
    private const int TimeoutMs = 1000;

    /// <summary>
    /// The messages that may have several lines, which are ours: excerpts of files with carets, the kernel's answers. In
    /// others, a line end comes from a name.
    /// </summary>
    private static readonly HashSet<string> Long =
    [
        nameof(Log.RuleRejected), nameof(Log.RuleWarning),
        nameof(Log.RuleRefused), nameof(Log.ConfigurationRejected), nameof(Log.Defect),
    ];

    private readonly Lock _gate = new();
    private readonly bool _isOpen = StandardDescriptor.IsWritable(StandardError);
    private readonly bool _toJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
    private int _unread;

    /// <remarks>Only the agent speaks: the host's own category would say "Application started".</remarks>
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith(OwnCategories, StringComparison.Ordinal)
            ? new StandardErrorLogger(this)
            : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Dispose()
    {
    }

    private bool Omits(EventId message) => isCommand && message.Name == nameof(Log.Ready);

    /// <summary>
    /// The text without line ends and control characters: names of files and of what is in them are others' to choose, so they
    /// must be harmless for terminals, and no message of their own.
    /// </summary>
    private static string Plain(string? message, string text) =>
        message is not null && Long.Contains(message)
            ? string.Join('\n', text.Split('\n').Select(PrintableText.Of))
            : PrintableText.Of(text);

    private void Write(LogLevel level, string message)
    {
        var (priority, word) = level switch
        {
            LogLevel.Critical => (2, "fatal"),
            LogLevel.Error => (3, "error"),
            LogLevel.Warning => (4, "warn "),
            LogLevel.Information => (6, "info "),
            _ => (7, "debug"),
        };
        var prefix = (_toJournal, isCommand) switch
        {
            (true, _) => $"<{priority}>",
            (_, true) => $"traceagent: {(level >= LogLevel.Warning ? $"{word.TrimEnd()}: " : "")}",
            _ => $"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {word} ",
        };
        lock (_gate)
        {
            if (_unread > 0)
            {
                var count = _unread;
                _unread = TryWrite($"{prefix}nobody read standard error: {Plural.Of(count, "message")} left out") ? 0 : count;
            }

            if (_unread > 0 || !TryWrite(_toJournal ? prefix + message.ReplaceLineEndings("\n" + prefix) : prefix + message))
            {
                _unread++;
            }
        }
    }

    /// <summary>Writes a line, unless nobody reads: rules must go on following their files, and the agent must be able to end.</summary>
    private bool TryWrite(string line) =>
        _isOpen && StandardDescriptor.TryWrite(StandardError, Encoding.UTF8.GetBytes($"{line}\n"), _unread > 0 ? 0 : TimeoutMs);

    private sealed class StandardErrorLogger(StandardErrorLoggerProvider provider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !provider.Omits(eventId))
            {
                var message = formatter(state, exception);
                provider.Write(logLevel, Plain(eventId.Name, exception is null ? message : $"{message}\n{exception}"));
            }
        }
    }
}
