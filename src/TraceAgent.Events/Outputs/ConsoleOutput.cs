using System.Text;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using TraceAgent.Events.Formats;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Events.Outputs;

/// <summary>
/// Writes through Serilog's console sink to standard output. Console's own stream hides a broken pipe, so the bytes leave by
/// write(2).
/// </summary>
internal sealed class ConsoleOutput : EventOutput
{
    private const string StandardOutput = OutputConfiguration.Console.StandardOutput;
    private const int StandardOutputDescriptor = 1;

    private readonly BatchStream _batch = new();
    private readonly int _descriptor;
    private readonly TextWriter _before;
    private OutputConfiguration.Console _configuration;
    private LineFormatter _formatter;
    private ILogEventSink _sink;

    private ConsoleOutput(int descriptor, OutputConfiguration.Console configuration)
    {
        (_descriptor, _configuration) = (descriptor, configuration);
        _before = Console.Out;
        Console.SetOut(new StreamWriter(_batch, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)));
        (_formatter, _sink) = Create(configuration);
    }

    public override OutputConfiguration Configuration => _configuration;

    public override int Pending => _batch.Pending.Length;

    /// <param name="configuration">The configuration, with the format.</param>
    /// <param name="descriptor">An open file descriptor; 1 but for tests.</param>
    /// <exception cref="OutputException">Standard output is closed.</exception>
    public static ConsoleOutput Open(OutputConfiguration.Console configuration, int descriptor = StandardOutputDescriptor)
    {
        if (descriptor == StandardOutputDescriptor && !StandardDescriptor.IsWritable(descriptor))
        {
            throw new OutputException(new OutputFailure(StandardOutput, $"open {StandardOutput}: it is closed"));
        }

        return new ConsoleOutput(descriptor, configuration);
    }

    public override void Write(StreamEvent streamEvent)
    {
        // One at a time: the sink makes a string of what it is given.
        _formatter.Lines.Clear();
        _formatter.Append(streamEvent);
        _sink.Emit(LineFormatter.Envelope);
    }

    public override OutputFailure? Commit()
    {
        if (_batch.Pending.IsEmpty)
        {
            return null;
        }

        try
        {
            StandardDescriptor.Write(_descriptor, _batch.Pending.Span);
            return null;
        }
        catch (IOException e)
        {
            return OutputFailure.Of("write", StandardOutput, e);
        }
        finally
        {
            _batch.Clear();
        }
    }

    public override void Become(OutputConfiguration next)
    {
        _configuration = (OutputConfiguration.Console)next;
        (_formatter, _sink) = Create(_configuration);
    }

    public override void Dispose() => Console.SetOut(_before);

    private static (LineFormatter Formatter, ILogEventSink Sink) Create(OutputConfiguration.Console configuration)
    {
        var formatter = FormatterOf(configuration.Format);
        return (formatter, LoggerSinkConfiguration.CreateSink(to => to.Console(formatter)));
    }
}
