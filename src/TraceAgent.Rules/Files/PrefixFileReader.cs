using System.Text;
using TraceAgent.Capture;
using TraceAgent.Rules.Keys.Packets;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>
/// Reads a file of addresses to prefixes and diagnostics: one a line, blank lines and what follows <c>#</c> or <c>;</c> left out.
/// Takes any bytes without throwing.
/// </summary>
public static class PrefixFileReader
{
    /// <summary>The maximum size of a file in bytes.</summary>
    public const int MaxFileSize = 8 << 20;

    /// <summary>The maximum number of prefixes of each family in the kernel's tables.</summary>
    public const int MaxPrefixes = 131_072;

    /// <param name="path">The name of the file in diagnostics.</param>
    /// <param name="utf8">The whole file.</param>
    /// <param name="takesEverything">True when <c>0.0.0.0/0</c> and <c>::/0</c> may be in it.</param>
    public static PrefixFile Read(string path, ReadOnlySpan<byte> utf8, bool takesEverything)
    {
        var bag = new DiagnosticBag();
        if (utf8.Length > MaxFileSize)
        {
            bag.Error(
                DiagnosticCode.TooLarge,
                new SourceSpan(path, 1, 1, 1),
                $"the file has {utf8.Length:N0} bytes; a file of addresses has at most {MaxFileSize:N0}");
            return new PrefixFile(path, [], bag.InOrder().ToEquatableArray(), new SourceText(path, ""));
        }

        var source = new SourceText(
            path, Encoding.UTF8.GetString(utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8));
        if (source.Text.Length == 0)
        {
            // A file cut to nothing is how many editors begin to save.
            bag.Error(DiagnosticCode.MissingKey, source.Span(
                0, 1), "the file is empty", "a file without addresses has a comment, such as '# none'");
        }

        var lines = new Dictionary<IpPrefix, int>();
        (int Line, int First, int Count) repeated = default;
        for (var number = 1; number <= source.LineCount && !bag.IsFull; number++)
        {
            var text = WithoutComment(source.Line(number), out var start);
            if (text.IsEmpty)
            {
                continue;
            }

            var at = new SourceSpan(path, number, start + 1, text.Length);
            if (IpPrefix.TryParse(text, out var prefix) is not PrefixError.None and var fault)
            {
                var (code, message, hint) = PrefixProblem.Of(text.ToString(), fault, prefix);
                bag.Error(code, at, message, hint);
            }
            else if (prefix.IsEverything && !takesEverything)
            {
                var (code, message, hint) = PrefixProblem.OfEverything(prefix);
                bag.Error(code, at, message, hint);
            }
            else if (!lines.TryAdd(prefix, number))
            {
                repeated = repeated.Count == 0 ? (number, lines[prefix], 1) : repeated with { Count = repeated.Count + 1 };
            }
            else if (lines.Count == MaxPrefixes + 1)
            {
                bag.Error(DiagnosticCode.TooLarge, at, $"there are more than {MaxPrefixes:N0} addresses", "join neighbours to networks");
            }
        }

        if (repeated.Count > 0)
        {
            // Lists that are put together of others have thousands of these: one warning is enough.
            var text = WithoutComment(source.Line(repeated.Line), out var start);
            var others = repeated.Count - 1;
            var more = others == 0 ? "" : $"; so {Plural.Verb(others)} {Plural.Grouped(others, "more line")}";
            bag.Add(Diagnostic.Warning(
                DiagnosticCode.DuplicatePrefix,
                new SourceSpan(path, repeated.Line, start + 1, text.Length),
                $"'{Quoted.Clip(text.ToString())}' is in the file already, in line {repeated.First}{more}"));
        }

        return new PrefixFile(path, lines.Keys.ToEquatableArray(), bag.InOrder().ToEquatableArray(), source);
    }

    /// <summary>The part of a line that counts.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="start">The start of that part.</param>
    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line, out int start)
    {
        var comment = line.IndexOfAny('#', ';');
        var rest = comment < 0 ? line : line[..comment];
        start = rest.Length - rest.TrimStart().Length;
        return rest.Trim();
    }
}
