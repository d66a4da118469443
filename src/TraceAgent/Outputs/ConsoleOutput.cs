using System.Text;
using Microsoft.Win32.SafeHandles;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using TraceAgent.Bpf.Linux;
using TraceAgent.Configuration;

namespace TraceAgent.Outputs;

/// <summary>
/// Serilog's console sink on standard output. Console's own stream hides a broken pipe, so the bytes leave by a stream of ours.
/// </summary>
internal sealed class ConsoleOutput : EventOutput
{
    private const string StandardOutput = OutputConfiguration.Console.StandardOutput;
    private const int StandardOutputDescriptor = 1;

    private readonly BatchStream _batch = new();
    private readonly FileStream _stream;
    private readonly TextWriter _before;
    private OutputConfiguration.Console _configuration;
    private ILogEventSink _sink;

    private ConsoleOutput(FileStream stream, OutputConfiguration.Console configuration)
    {
        (_stream, _configuration) = (stream, configuration);
        _before = Console.Out;
        Console.SetOut(new StreamWriter(_batch, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)));
        _sink = CreateSink(configuration);
    }

    public override OutputConfiguration Configuration => _configuration;

    public override int Pending => _batch.Pending.Length;

    /// <param name="configuration">Says the format.</param>
    /// <param name="descriptor">An open file descriptor; 1 but for tests.</param>
    /// <exception cref="OutputException">Standard output is closed.</exception>
    public static ConsoleOutput Open(OutputConfiguration.Console configuration, int descriptor = StandardOutputDescriptor)
    {
        if (descriptor == StandardOutputDescriptor && !StandardDescriptor.IsWritable(descriptor))
        {
            throw new OutputException(new OutputFailure(StandardOutput, $"open {StandardOutput}: it is closed"));
        }

        try
        {
            return new ConsoleOutput(new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0), configuration);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OutputException(OutputFailure.Of("open", StandardOutput, e));
        }
    }

    public override void Write(LogEvent logEvent) => _sink.Emit(logEvent);

    public override OutputFailure? Commit()
    {
        if (_batch.Pending.IsEmpty)
        {
            return null;
        }

        var start = _stream.CanSeek ? _stream.Position : 0;
        try
        {
            _stream.Write(_batch.Pending.Span);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TakeBack(start, OutputFailure.Of("write", StandardOutput, e));
        }
        finally
        {
            _batch.Clear();
        }
    }

    public override void Become(OutputConfiguration next)
    {
        _configuration = (OutputConfiguration.Console)next;
        _sink = CreateSink(_configuration);
    }

    public override void Dispose()
    {
        Console.SetOut(_before);
        _stream.Dispose();
    }

    private static ILogEventSink CreateSink(OutputConfiguration.Console configuration) =>
        LoggerSinkConfiguration.CreateSink(to => to.Console(FormatterOf(configuration.Format)));

    private OutputFailure TakeBack(long start, OutputFailure failure)
    {
        if (!_stream.CanSeek)
        {
            return failure;
        }

        try
        {
            _stream.SetLength(start);
            return failure;
        }
        catch (IOException e)
        {
            return failure with { Reason = $"{failure.Reason}; then {OutputFailure.Of("cut", StandardOutput, e).Reason}" };
        }
    }
}
