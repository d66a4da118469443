using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Values;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Templates;

/// <summary>Something wrong in a template: UTF-16 units from its start.</summary>
internal sealed record TemplateProblem(int Start, int Length, string Code, string Message, string? Hint);

/// <summary>
/// Parses Serilog message templates (messagetemplates.org). Stricter than Serilog, which logs malformed holes as text: here
/// they are typing errors.
/// </summary>
internal sealed class MessageTemplateParser
{
    public const int MaxAlignment = 1000;

    private readonly string _text;
    private readonly IReadOnlyDictionary<string, EventName> _names;
    private readonly Func<string, string?> _explainUnknown;
    private readonly Action<TemplateProblem> _report;
    private readonly List<MessageToken> _tokens = [];
    private readonly StringBuilder _literal = new();
    private readonly StringBuilder _named = new();
    private int _namedUntil;
    private int _at;

    private MessageTemplateParser(
        string text,
        IReadOnlyDictionary<string, EventName> names,
        Func<string, string?> explainUnknown,
        Action<TemplateProblem> report)
    {
        _text = text;
        _names = names;
        _explainUnknown = explainUnknown;
        _report = report;
    }

    /// <param name="text">The template.</param>
    /// <param name="names">The names that it can use.</param>
    /// <param name="explainUnknown">Makes the hint for a name that is not among them; null for the nearest of them.</param>
    /// <param name="report">Receives each problem; malformed holes are left out of the result.</param>
    /// <returns>The template with every value under its own name, so that whoever reads it finds the property.</returns>
    public static MessageTemplate Parse(
        string text,
        IReadOnlyDictionary<string, EventName> names,
        Func<string, string?> explainUnknown,
        Action<TemplateProblem> report)
    {
        var parser = new MessageTemplateParser(text, names, explainUnknown, report);
        parser.Run();
        parser._named.Append(text, parser._namedUntil, text.Length - parser._namedUntil);
        return new MessageTemplate(parser._named.ToString(), parser._tokens.ToEquatableArray());
    }

    private void Run()
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            var doubled = _at + 1 < _text.Length && _text[_at + 1] == c;
            if (c is '{' or '}' && doubled)
            {
                _literal.Append(c);
                _at += 2;
            }
            else if (c == '{')
            {
                ReadHole();
            }
            else if (c == '}')
            {
                Problem(_at, 1, DiagnosticCode.TemplateSyntax, "a '}' without '{'", "a brace in the text is written '}}'");
                _at++;
            }
            else
            {
                _literal.Append(c);
                _at++;
            }
        }

        EndLiteral();
    }

    private void ReadHole()
    {
        var open = _at;
        var close = _text.IndexOfAny(['{', '}'], open + 1);
        if (close < 0 || _text[close] == '{')
        {
            Problem(open, 1, DiagnosticCode.TemplateSyntax, "a '{' without '}'", "a brace in the text is written '{{'");
            _at++;
            return;
        }

        _at = close + 1;
        if (Hole(open + 1, _text[(open + 1)..close]) is { } hole)
        {
            EndLiteral();
            _tokens.Add(hole);
        }
    }

    /// <param name="start">The position where the inside of the braces begins.</param>
    /// <param name="inside">The text between the braces.</param>
    private MessageToken.Hole? Hole(int start, string inside)
    {
        // Serilog's operators for structured values: all of ours are scalars.
        var nameStart = inside.StartsWith('@') || inside.StartsWith('$') ? 1 : 0;
        var nameEnd = TemplatePath.EndIn(inside, nameStart);
        var colon = inside.IndexOf(':', nameEnd);
        var name = inside[nameStart..nameEnd];
        name = TemplatePath.NameOf(name) is { } path && _names.ContainsKey(path) ? path : name;
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            Problem(
                start - 1,
                inside.Length + 2,
                DiagnosticCode.TemplateSyntax,
                $"'{{{Quoted.Clip(inside)}}}' does not name a value",
                TemplatePath.NameOf(name) is null
                    ? "values look like {arg1} or {arg1:x}; a brace in the text is written '{{'"
                    : "members and variables of the program need debug information: add 'args: auto'");
            return null;
        }

        if (!_names.TryGetValue(name, out var known))
        {
            Problem(
                start + nameStart,
                name.Length,
                DiagnosticCode.UnknownName,
                $"unknown name '{Quoted.Clip(name)}'",
                _explainUnknown(name) ?? Suggestion.DidYouMean(name, _names.Keys)
                    ?? $"known here: {Quoted.List(_names.Where(n => n.Key == n.Value.Name).Select(n => n.Key))}");
            return null;
        }

        var alignment = Alignment(start, inside, nameEnd, colon < 0 ? inside.Length : colon);
        if (alignment is not null && known.Form == ValueForm.Structure)
        {
            Problem(
                start + nameEnd, inside.Length - nameEnd, DiagnosticCode.UnknownFormat, $"'{name}' is a structure, which takes no width",
                ValueFormat.Hint(known.Form));
            return null;
        }

        var format = colon < 0 ? null : inside[(colon + 1)..];
        if (format is null || ValueFormat.Fits(known.Form, format))
        {
            _named.Append(_text, _namedUntil, start + nameStart - _namedUntil).Append(known.Name);
            _namedUntil = start + nameEnd;
            return new MessageToken.Hole(known.Name, format, alignment);
        }

        Problem(
            start + colon + 1,
            format.Length,
            DiagnosticCode.UnknownFormat,
            $"'{name}' does not take the format '{Quoted.Clip(format)}'",
            ValueFormat.Hint(known.Form));
        return null;
    }

    private int? Alignment(int start, string inside, int comma, int end)
    {
        if (comma >= end || inside[comma] != ',')
        {
            return null;
        }

        var written = inside.AsSpan((comma + 1)..end);
        if (int.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var width)
            && written[0] != '+' && width is not 0 and >= -MaxAlignment and <= MaxAlignment)
        {
            return width;
        }

        Problem(
            start + comma + 1,
            end - comma - 1,
            DiagnosticCode.TemplateSyntax,
            $"'{Quoted.Clip(inside[(comma + 1)..end])}' is not a width",
            $"a width is a number from 1 to {MaxAlignment}, with - in front for left-aligned values");
        return null;
    }

    private void EndLiteral()
    {
        if (_literal.Length > 0)
        {
            _tokens.Add(new MessageToken.Literal(_literal.ToString()));
            _literal.Clear();
        }
    }

    private void Problem(int start, int length, string code, string message, string hint) =>
        _report(new TemplateProblem(start, length, code, message, hint));
}
