using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Secrets;
using ValueFormat = TraceAgent.Rules.Templates.ValueFormat;

namespace TraceAgent.Events.Shapes;

/// <summary>Renders the holes of messages.</summary>
internal static class MessageText
{
    public static void Append(LineBuffer into, TracedEvent traced, Hole hole)
    {
        var start = into.Length;
        switch (hole.Source)
        {
            case HoleSource.Value:
                AppendValue(into, traced, hole.Index, hole.Format);
                break;
            case HoleSource.Duration:
                DurationText.Append(into, traced.OwnDuration, hole.Format);
                break;
            case HoleSource.Pid:
                into.Append((ulong)traced.Pid, hole.Format);
                break;
            case HoleSource.Tid:
                into.Append((ulong)traced.Tid, hole.Format);
                break;
            case HoleSource.Process:
                AppendProperty(into, traced.Shape.OfProcess[hole.Index], traced.Process, hole.Format);
                break;
            case HoleSource.Comm:
                into.Append(traced.Comm.Text);
                break;
            case HoleSource.Executable:
                into.Append(traced.Process.Executable ?? "<unknown>");
                break;
            case HoleSource.Symbol:
                into.Append(traced.Site.As(hole.Format));
                break;
            case HoleSource.Binary:
                into.Append(traced.Site.Binary);
                break;
            case HoleSource.Source:
                into.Append(traced.Site.Source?.Text ?? "");
                break;
            case HoleSource.Function:
                into.Append(traced.Site.Source?.Function ?? "");
                break;
            case HoleSource.Inlined:
                into.Append(traced.Site.Source?.Calls ?? "");
                break;
            default:
                AppendTime(into, traced.Time, hole.Format);
                break;
        }

        if (hole.Width != 0)
        {
            into.Align(start, hole.Width);
        }

        if (hole.IsEscaped)
        {
            into.EscapeJson(start);
        }
    }

    private static void AppendProperty(LineBuffer into, ProcessProperty property, ProcessFacts facts, string? format)
    {
        if (property.Number(facts) is { } number)
        {
            into.Append(number, format);
        }
        else
        {
            into.Append(property.Text(facts) ?? ProcessProperty.GoneText);
        }
    }

    /// <summary>Appends a value of any size, or the text that stands for its problem.</summary>
    public static void AppendValue(LineBuffer into, TracedEvent traced, int index, string? format)
    {
        ref readonly var value = ref traced.Values[index];
        var field = traced.Shape.Fields[index];
        if (value.IsMissing)
        {
            into.Append(value.Outcome switch
            {
                Outcome.Null => "<null>"u8,
                Outcome.LeftByJump => "<left_by_jump>"u8,
                Outcome.EntryNotSeen => "<entry_not_seen>"u8,
                Outcome.OptimisedOut => "<optimised_out>"u8,
                Outcome.NotLive => "<not_live>"u8,
                Outcome.VectorRegister => "<vector_register>"u8,
                Outcome.NotSupported => "<not_supported>"u8,
                Outcome.Partial => "<partial>"u8,
                _ => "<fault>"u8,
            });
        }
        else if (field.IsScalar)
        {
            field.Append(into, value.Bits, format);
        }
        else if (field.IsCharacters)
        {
            AppendCharacters(into, field, traced.TextOf(in value), format);
        }
        else if (field.Form == FieldForm.List && !value.Redacted)
        {
            AppendList(into, field.Members[0], traced.NumbersOf(in value), format);
        }
        else
        {
            into.Append(SecretFinder.Mask);
        }

        AppendMark(into, in value);
    }

    /// <summary>Appends a value of at most 64 bits.</summary>
    public static void AppendScalar(LineBuffer into, EventField field, in DecodedValue value, string? format)
    {
        field.Append(into, value.Bits, format);
        AppendMark(into, in value);
    }

    private static void AppendMark(LineBuffer into, in DecodedValue value)
    {
        if (value.IsPart)
        {
            into.Append('…');
        }
    }

    /// <summary>Appends values with commas between, in brackets.</summary>
    public static void AppendList(LineBuffer into, EventField element, ReadOnlySpan<ulong> numbers, string? format)
    {
        into.Append('[');
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
            {
                into.Append(", "u8);
            }

            element.Append(into, numbers[i], format);
        }

        into.Append(']');
    }

    /// <summary>Appends a text; bytes also in capitals.</summary>
    public static void AppendCharacters(LineBuffer into, EventField field, ReadOnlySpan<char> text, string? format)
    {
        if (field.Form != FieldForm.Bytes || format is not ['X', ..])
        {
            into.Append(text);
            return;
        }

        foreach (var c in text)
        {
            into.Append(char.ToUpperInvariant(c));
        }
    }

    /// <summary>The format of a symbol in front of a bracket with its arguments: <c>shop::Cart::add(n=2)</c>.</summary>
    public const string BareSymbol = "bare";

    /// <summary>
    /// The name of a function; in the format <c>call</c> with <c>()</c> unless it has parameters, and in <see cref="BareSymbol"/>
    /// without them.
    /// </summary>
    public static string SymbolText(string symbol, string? format) => (format, HasParameters(symbol)) switch
    {
        (null, _) or (ValueFormat.CallFormat, true) or (BareSymbol, false) => symbol,
        (BareSymbol, true) => WithoutParameters(symbol),
        _ => $"{symbol}()",
    };

    // f(int), f() const, f(int)+0x14; but not Go's main.(*Server).handle.
    private static bool HasParameters(string symbol) =>
        symbol.LastIndexOf(')') is >= 0 and var end && (end == symbol.Length - 1 || symbol[end + 1] is ' ' or '+');

    private static string WithoutParameters(string symbol)
    {
        var depth = 0;
        for (var at = symbol.LastIndexOf(')'); at >= 0; at--)
        {
            depth += symbol[at] switch { ')' => 1, '(' => -1, _ => 0 };
            if (depth == 0)
            {
                // What tells it apart from others of its name stays: a place within it, a copy.
                var after = symbol.AsSpan(symbol.LastIndexOf(')') + 1);
                var rest = after.StartsWith(" const") ? after[" const".Length..] : after;
                return at == 0 ? symbol : $"{symbol.AsSpan(0, at)}{rest}";
            }
        }

        return symbol;
    }

    private static void AppendTime(LineBuffer into, long time, string? format)
    {
        into.AppendNumber(UtcText.ToDateTimeOffset(time), format ?? "o");
    }
}
