using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;

namespace TraceAgent.Events;

/// <summary>CLEF as Serilog.Formatting.Compact writes it: template and flat properties.</summary>
internal sealed class ClefTemplateFormatter : ITextFormatter
{
    private readonly CompactJsonFormatter _compact = new();

    public void Format(LogEvent logEvent, TextWriter output) => _compact.Format(FlatEvent.Of(logEvent), output);
}
