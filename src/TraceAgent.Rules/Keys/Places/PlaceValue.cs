using System.Text.RegularExpressions;
using TraceAgent.Capture.Places;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Places;

/// <summary>Reads what names a rule and its place: <c>name</c>, <c>symbol</c>, <c>offset</c>, <c>usdt</c>.</summary>
internal static partial class PlaceValue
{
    public static JsonSchema NameSchema => JsonSchema.String.Pattern("^[a-z0-9][a-z0-9._-]*$");

    /// <summary>Reads a name of small letters, digits and <c>. _ -</c>; null, with a diagnostic, for anything else.</summary>
    /// <param name="entry">The key and the value.</param>
    /// <param name="what">The noun for what it names.</param>
    /// <param name="bag">Receives the diagnostics.</param>
    public static Located<string>? Name(YamlEntry entry, string what, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        if (NamePattern().IsMatch(scalar.Value))
        {
            return new Located<string>(scalar.Value, scalar.At);
        }

        bag.Error(
            DiagnosticCode.InvalidValue,
            scalar.At,
            $"'{Quoted.Clip(scalar.Value)}' is not a name for {what}",
            "small letters, digits and . _ - ; a letter or digit first");
        return null;
    }

    /// <summary>
    /// The JSON Schema of a symbol: a name without spaces; or, as C++, Rust and Go have them, one with brackets, <c>::</c> or
    /// <c>operator</c>, where spaces belong.
    /// </summary>
    public static JsonSchema SymbolSchema => JsonSchema.String
        .Pattern(@"^[^\s+0-9][^\s+]*(\+(0[xX][0-9a-fA-F]+|[0-9]+))?$|^(?=.*([(<[]|::|operator))[^\s+0-9]")
        .Examples("AddNum", "AddNum+0x14", "ngx_http_*", "shop::Cart::add(int)", "pthread_create@GLIBC_2.34");

    public static void ReadSymbol(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return;
        }

        // The last plus begins a distance, unless it belongs to an operator of C++ or to the bounds of a type of Rust.
        var text = scalar.Value;
        var plus = text.LastIndexOf('+');
        var hasSourceForm = SourceForm().IsMatch(text);
        var addend = 0UL;
        var hasAddend = plus >= 0 && ScalarValue.TryUnsigned(text.AsSpan(plus + 1), out addend);
        var name = hasAddend || (plus >= 0 && !hasSourceForm) ? text[..plus] : text;
        if (name.Length == 0 || name[0] == '+' || (!hasSourceForm && name.AsSpan().IndexOfAny(' ', '+') >= 0))
        {
            bag.Error(
                DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(text)}' is not the name of a function", "write it as nm prints it");
        }
        else if (char.IsAsciiDigit(name[0]))
        {
            bag.Error(DiagnosticCode.InvalidValue,
                scalar.At, $"'{Quoted.Clip(text)}' is not the name of a function", "an address is written 'offset: …'");
        }
        else if (name.Length < text.Length && !hasAddend)
        {
            bag.Error(
                DiagnosticCode.InvalidValue,
                scalar.SpanOf(plus + 1, text.Length - plus - 1),
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

        const string fromFileStart = "file+";
        var inFile = scalar.Value.StartsWith(fromFileStart, StringComparison.Ordinal);
        if (ScalarValue.TryUnsigned(scalar.Value.AsSpan(inFile ? fromFileStart.Length : 0), out var value))
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

    public static JsonSchema UsdtSchema => JsonSchema.String.Pattern(@"^[^\s:]+:[^\s:]+$")
        .Examples("libstdcxx:throw", "postgresql:query__*");

    public static void ReadUsdt(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return;
        }

        if (scalar.Value.Split(':') is [{ Length: > 0 } provider, { Length: > 0 } name] && !scalar.Value.AsSpan().ContainsAny(" \t\r\n"))
        {
            rule.Where = new Located<Location>(new Location.Usdt(provider, name), scalar.At);
            return;
        }

        bag.Error(
            DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(scalar.Value)}' is not the name of a USDT probe",
            "write provider:name, such as libstdcxx:throw or postgresql:query__*");
    }

    [GeneratedRegex(@"[(<[]|::|operator")]
    private static partial Regex SourceForm();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*\z")]
    private static partial Regex NamePattern();
}
