using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Capture.Values;

namespace TraceAgent.Rules.Templates;

/// <summary>The formats of <c>{name:format}</c>.</summary>
public static partial class ValueFormat
{
    /// <summary>The format of a symbol with brackets after it, unless it has its parameters already, as names of C++ do.</summary>
    public const string CallFormat = "call";

    public static bool Fits(ValueForm form, string format) => form switch
    {
        ValueForm.Integer or ValueForm.NamedNumber => IntegerFormat().IsMatch(format),
        ValueForm.Real => RealFormat().IsMatch(format),
        ValueForm.Pointer => format is "x" or "X",
        ValueForm.Duration => format is "s" or "ms" or "us" or "ns",
        ValueForm.Time => IsTimeFormat(format),
        ValueForm.Symbol => format is CallFormat,
        _ => false,
    };

    /// <summary>The hint with the formats that can be written instead.</summary>
    public static string Hint(ValueForm form) => form switch
    {
        ValueForm.Integer => "numbers take x, X, d, D, n, each also with a number of digits, such as x8",
        ValueForm.NamedNumber => "without a format it is shown by name; x, X, d, D, n show the number",
        ValueForm.Real => "floating point numbers take f, e, g, n, each also with a number of digits, such as f2",
        ValueForm.Pointer => "addresses take x and X",
        ValueForm.Duration => "durations take s, ms, us, ns",
        ValueForm.Symbol => "the symbol takes call, which puts () after a name without parameters",
        ValueForm.Time => "times take o or a pattern such as HH:mm:ss.fff",
        ValueForm.Structure => "a structure takes none, but its members do",
        _ => "text takes no format",
    };

    private static bool IsTimeFormat(string format)
    {
        try
        {
            _ = DateTimeOffset.UnixEpoch.ToString(format, CultureInfo.InvariantCulture);
            return format.Length is > 0 and <= 64 && format.All(IsReadByOthers);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>
    /// True for a character that Serilog accepts: it takes a hole with any other one for text
    /// (MessageTemplateParser.IsValidInFormat).
    /// </summary>
    private static bool IsReadByOthers(char c) => char.IsLetterOrDigit(c) || char.IsPunctuation(c) || c is ' ' or '+';

    [GeneratedRegex(@"^[xXdDnN][0-9]{0,2}\z")]
    private static partial Regex IntegerFormat();

    [GeneratedRegex(@"^[fFeEgGnN][0-9]{0,2}\z")]
    private static partial Regex RealFormat();
}
