using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Rules.Yaml;

namespace TraceAgent.Rules.Keys;

/// <summary>Reads what names a rule and its place: <c>name</c>, <c>symbol</c>, <c>offset</c>.</summary>
internal static partial class PlaceValue
{
    public static void ReadName(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return;
        }

        if (RuleName().IsMatch(scalar.Value))
        {
            rule.Name = new Located<string>(scalar.Value, scalar.At);
            return;
        }

        bag.Error(
            DiagnosticCode.InvalidValue,
            scalar.At,
            $"'{Quoted.Clip(scalar.Value)}' is not a name for a rule",
            "small letters, digits and . _ - ; a letter or digit first");
    }

    public static void ReadSymbol(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return;
        }

        var plus = scalar.Value.LastIndexOf('+');
        var name = plus < 0 ? scalar.Value : scalar.Value[..plus];
        var addend = 0UL;
        if (name.Length == 0 || name.AsSpan().IndexOfAny(' ', '+') >= 0)
        {
            bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(scalar.Value)}' is not the name of a function", "write it as nm prints it");
        }
        else if (char.IsAsciiDigit(name[0]))
        {
            bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(scalar.Value)}' is not the name of a function", "an address is written 'offset: …'");
        }
        else if (plus >= 0 && !ScalarValue.TryUnsigned(scalar.Value.AsSpan(plus + 1), out addend))
        {
            bag.Error(
                DiagnosticCode.InvalidValue,
                scalar.SpanOf(plus + 1, scalar.Value.Length - plus - 1),
                "after '+' comes a number of bytes",
                "such as +0x14 or +20");
        }
        else
        {
            rule.Where = new Located<Location>(new Location.Symbol(name, addend), scalar.At);
        }
    }

    public static void ReadOffset(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return;
        }

        const string FromFileStart = "file+";
        var inFile = scalar.Value.StartsWith(FromFileStart, StringComparison.Ordinal);
        if (ScalarValue.TryUnsigned(scalar.Value.AsSpan(inFile ? FromFileStart.Length : 0), out var value))
        {
            rule.Where = new Located<Location>(inFile ? new Location.FileOffset(value) : new Location.Address(value), scalar.At);
            return;
        }

        bag.Error(
            DiagnosticCode.InvalidValue,
            scalar.At,
            $"'{Quoted.Clip(scalar.Value)}' is not an address",
            "0x117d as nm and objdump print it, or file+0x117d for bytes from the start of the file");
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*\z")]
    private static partial Regex RuleName();
}
