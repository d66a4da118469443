using System.Text.RegularExpressions;
using TraceAgent.Capture.Places;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Places;

/// <summary>Reads <c>line</c>: a line of a source file, or one counted from the start of a function.</summary>
internal static partial class LineValue
{
    private const string Example = "such as cart.c:42, src/cart.rs:10, or handle_req:+3 for the third line after the start of a function";

    public static JsonSchema Schema => JsonSchema.String.Pattern(@"^[^\s].*:(\+[0-9]{1,9}|[1-9][0-9]{0,8}(:[0-9]{1,6})?)$")
        .Examples("cart.c:42", "src/cart.rs:10", "cart.c:42:7", "handle_req:+3");

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return;
        }

        if (TryRead(scalar.Value) is { } line)
        {
            rule.Where = new Located<Location>(line, scalar.At);
            return;
        }

        bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(scalar.Value)}' is not a line of a source file", Example);
    }

    /// <summary>The line that a text names; null for a text of another form.</summary>
    public static Location.Line? TryRead(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var (name, sign, number, column) = (match.Groups["name"], match.Groups["sign"], match.Groups["number"], match.Groups["column"]);
        if (!ScalarValue.TryUnsigned(number.Value, out var line) || line > int.MaxValue || (line == 0 && sign.Length == 0)
            || (column.Success && (!ScalarValue.TryUnsigned(column.Value, out _) || column.Length > 6)))
        {
            return null;
        }

        return new Location.Line(name.Value, (uint)line)
        {
            IsOfFunction = sign.Length > 0,
            Column = column.Success && ScalarValue.TryUnsigned(column.Value, out var at) ? (uint)at : 0,
        };
    }

    [GeneratedRegex(@"^(?<name>\S.*?):((?<sign>\+)(?<number>[0-9]{1,9})|(?<number>[0-9]{1,9})(:(?<column>[0-9]{1,6}))?)\z")]
    private static partial Regex Form();
}
