using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceAgent.Yaml.Diagnostics;

/// <summary>Shows diagnostics: to people as compilers do, with the line and a caret, or to machines as JSON.</summary>
public static class DiagnosticWriter
{
    private const int MaxLineWidth = 110;
    private const int MinLineWidth = 30;

    /// <summary>Columns for the number of the line before it, and the signs for what is left out.</summary>
    private const int BesideLine = 10;

    /// <param name="output">Receives lines that end in <c>\n</c>.</param>
    /// <param name="diagnostic">The diagnostic to show.</param>
    /// <param name="source">The file's lines; null leaves line and caret out.</param>
    /// <param name="colours">True for ANSI colours: only for a terminal.</param>
    /// <param name="columns">The width of the terminal in columns: a line that is wrapped would not be above its caret.</param>
    public static void WriteText(TextWriter output, Diagnostic diagnostic, SourceText? source, bool colours, int? columns = null)
    {
        var isError = diagnostic.Severity == Severity.Error;
        var (bold, accent, mark, plain) = colours ? ("\e[1m", isError ? "\e[1;31m" : "\e[1;35m", "\e[1;32m", "\e[0m") : ("", "", "", "");
        var at = diagnostic.At;
        output.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{bold}{PrintableText.Of(at.File)}:{at.Line}:{at.Column}:{plain} {accent}{(isError ? "error" : "warning")} " +
                $"{diagnostic.Code}:{plain} {bold}{PrintableText.Of(diagnostic.FullMessage)}{plain}\n"));
        var hint = diagnostic.Hint is null ? "" : $" {PrintableText.Of(diagnostic.Hint)}";
        if (source is null || at.Line > source.LineCount)
        {
            output.Write(hint.Length == 0 ? "" : $"     {hint}\n");
            return;
        }

        var (line, before, caret) = Excerpt(
            source.Line(at.Line), at, columns is { } wide ? Math.Clamp(wide - BesideLine, MinLineWidth, MaxLineWidth) : MaxLineWidth);
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{at.Line,5} | {line}").TrimEnd() + "\n");
        output.Write($"      | {new string(' ', before)}{mark}{new string('^', caret)}{plain}{hint}\n");
    }

    /// <summary>Writes all diagnostics, in order, with the lines of their files.</summary>
    public static void WriteText(TextWriter output,
        IEnumerable<Diagnostic> diagnostics, IReadOnlyDictionary<string, SourceText> sources, bool colours, int? columns = null)
    {
        foreach (var diagnostic in diagnostics)
        {
            WriteText(output, diagnostic, sources.GetValueOrDefault(diagnostic.At.File), colours, columns);
        }
    }

    /// <summary>
    /// Writes one JSON array of objects with <c>file</c>, <c>line</c>, <c>column</c> and <c>length</c> (UTF-16 units, from 1),
    /// <c>severity</c>, <c>code</c>, <c>message</c> and, when there is one, <c>hint</c>. UTF-8, with a line end.
    /// </summary>
    public static void WriteJson(Stream output, IEnumerable<Diagnostic> diagnostics)
    {
        using (var json = new Utf8JsonWriter(
            output, new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var diagnostic in diagnostics)
            {
                json.WriteStartObject();
                json.WriteString("file", PrintableText.WellFormed(diagnostic.At.File));
                json.WriteNumber("line", diagnostic.At.Line);
                json.WriteNumber("column", diagnostic.At.Column);
                json.WriteNumber("length", diagnostic.At.Length);
                json.WriteString("severity", diagnostic.Severity == Severity.Error ? "error" : "warning");
                json.WriteString("code", diagnostic.Code);
                json.WriteString("message", PrintableText.WellFormed(diagnostic.FullMessage));
                if (diagnostic.Hint is { } hint)
                {
                    json.WriteString("hint", PrintableText.WellFormed(hint));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.Write("\n"u8);
    }

    /// <summary>The part of a line around the caret, and the columns of the terminal before and under the caret.</summary>
    private static (string Line, int Before, int Caret) Excerpt(ReadOnlySpan<char> line, SourceSpan at, int widest)
    {
        var start = Math.Clamp(at.Column - 1, 0, line.Length);
        var end = Math.Clamp(start + at.Length, start, line.Length);
        var from = line.Length <= widest ? 0 : Math.Max(0, start - (widest / 2));
        var to = Math.Min(line.Length, from + widest);
        from += from > 0 && char.IsLowSurrogate(line[from]) ? 1 : 0;
        to -= to < line.Length && char.IsLowSurrogate(line[to]) ? 1 : 0;
        end = Math.Min(end, to);

        var shown = new StringBuilder(from > 0 ? "…" : "");
        var before = shown.Length + PrintableText.Append(shown, line[from..start]);
        var caret = Math.Max(1, PrintableText.Append(shown, line[start..end]));
        PrintableText.Append(shown, line[end..to]);
        return (shown.Append(to < line.Length ? "…" : "").ToString(), before, caret);
    }
}
