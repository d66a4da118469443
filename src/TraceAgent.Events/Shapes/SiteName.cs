using System.Text;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Values;

namespace TraceAgent.Events.Shapes;

/// <summary>The members of events that say which place was hit.</summary>
/// <param name="Text">The symbol.</param>
/// <param name="Json">
/// The symbol, and the line of source where there is one, as members of a JSON object, each with a comma before it.
/// </param>
/// <param name="Binary">The path of the file that it is in.</param>
/// <param name="Source">The line of source; null where none was asked for.</param>
public sealed record SiteName(string Text, byte[] Json, string Binary, SourceLine? Source)
{
    private string? _call;
    private string? _bare;

    /// <summary>True when the kernel emulates the probed instruction, and need not single-step it.</summary>
    public bool IsEmulated { get; init; }

    /// <param name="symbol">The symbol as it is shown.</param>
    /// <param name="binary">The path of the file that it is in.</param>
    /// <param name="source">The line of source; null where none was asked for.</param>
    public static SiteName Of(string symbol, string binary, SourceLine? source = null)
    {
        var json = new StringBuilder($",\"symbol\":{JsonText.Quote(symbol)}");
        if (source is not null)
        {
            json.Append($",\"source\":{JsonText.Quote(source.Text)},\"function\":{JsonText.Quote(source.Function)}");
            if (source.IsInlined)
            {
                json.Append($",\"inlined\":[{string.Join(',', Array.ConvertAll([.. source.Functions], JsonText.Quote))}]");
            }
        }

        return new SiteName(symbol, Encoding.UTF8.GetBytes(json.ToString()), binary, source);
    }

    /// <summary>The symbol in a format: see <see cref="MessageText.SymbolText"/>.</summary>
    public string As(string? format) => format switch
    {
        null => Text,
        MessageText.BareSymbol => _bare ??= MessageText.SymbolText(Text, format),
        _ => _call ??= MessageText.SymbolText(Text, format),
    };
}
