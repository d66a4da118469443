using System.Text.RegularExpressions;
using TraceAgent.Yaml.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TraceAgent.Yaml;

/// <summary>
/// Builds the tree of a YAML document from YamlDotNet's events. Its own tree (YamlStream) recurses without a limit, and a
/// stack overflow cannot be caught.
/// </summary>
public sealed partial class YamlTreeReader
{
    public const int DeepestNesting = 64;

    private readonly SourceText _source;
    private readonly DiagnosticBag _bag;
    private readonly Parser _parser;
    private readonly YamlAliases _aliases;
    private Mark _last = Mark.Empty;
    private bool _stopped;

    private YamlTreeReader(SourceText source, string text, DiagnosticBag bag)
    {
        _source = source;
        _bag = bag;
        _aliases = new YamlAliases(bag);
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>Reads the root of the file's only document; null when there is none or it cannot be read, which is reported.</summary>
    public static YamlNode? Read(SourceText source, string text, DiagnosticBag bag)
    {
        var reader = new YamlTreeReader(source, text, bag);
        try
        {
            return reader.ReadStream();
        }
        catch (YamlException e)
        {
            reader.ReportSyntax(e.Start, e.End, e.Message);
        }
        catch (Exception e) when (e is InvalidOperationException
            or ArgumentException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // YamlDotNet 18.1 leaves some malformed texts to its own containers, such as `a: [1, 2\nb: 3`.
            reader.ReportSyntax(reader._last, reader._last, SyntaxMessage.Unfinished);
        }

        return null;
    }

    private YamlNode? ReadStream()
    {
        YamlNode? root = null;
        var documents = 0;
        while (!_stopped && _parser.MoveNext())
        {
            switch (Current())
            {
                case StreamStart or StreamEnd or DocumentEnd:
                    break;
                case DocumentStart start:
                    if (++documents > 1)
                    {
                        _bag.Error(
                            DiagnosticCode.UnsupportedYaml,
                            SpanOf(start),
                            "a rule file is one YAML document; another one begins here",
                            "put the rules under one 'rules:', or into another file");
                        return root;
                    }

                    break;
                case var node:
                    root = ReadNode(node, 1);
                    break;
            }
        }

        return _stopped ? null : root;
    }

    private YamlNode ReadNode(ParsingEvent start, int depth)
    {
        if (start is AnchorAlias alias)
        {
            return _aliases.Resolve(alias.Value.Value, SpanOf(start), depth);
        }

        var anchor = start is NodeEvent { Anchor: { IsEmpty: false } name } ? name.Value : null;
        if (anchor is not null)
        {
            _aliases.Open(anchor);
        }

        if (start is NodeEvent { Tag.IsEmpty: false })
        {
            _bag.Error(DiagnosticCode.UnsupportedYaml, SpanOf(start), "tags ('!…') are not supported", "remove the tag");
        }

        var node = ReadContent(start, depth);
        if (anchor is not null)
        {
            _aliases.Close(anchor, node);
        }

        return node;
    }

    private YamlNode ReadContent(ParsingEvent start, int depth) => start switch
    {
        Scalar scalar => ScalarOf(scalar),
        _ when IsTooDeep(start, depth) => new YamlSequence(SpanOf(start), []),
        SequenceStart => new YamlSequence(SpanOf(start), [.. ReadItems(depth + 1)]),
        _ => new YamlMapping(SpanOf(start), _aliases.Merge([.. ReadEntries(depth + 1)])),
    };

    private IEnumerable<YamlNode> ReadItems(int depth)
    {
        while (!_stopped && Next() is var next and not SequenceEnd)
        {
            yield return ReadNode(next, depth);
        }
    }

    private IEnumerable<YamlEntry> ReadEntries(int depth)
    {
        while (!_stopped && Next() is var next and not MappingEnd)
        {
            var key = ReadNode(next, depth);
            if (_stopped)
            {
                yield break;
            }

            var value = ReadNode(Next(), depth);
            if (key is not YamlScalar scalar)
            {
                _bag.Error(DiagnosticCode.UnsupportedYaml, key.At, $"a key must be text, not {key.Kind}");
            }
            else
            {
                yield return new YamlEntry(scalar, value);
            }
        }
    }

    private YamlScalar ScalarOf(Scalar scalar)
    {
        var quote = scalar.Style switch { ScalarStyle.SingleQuoted => '\'', ScalarStyle.DoubleQuoted => '"', _ => '\0' };
        var index = (int)scalar.Start.Index + (quote == '\0' ? 0 : 1);
        var isBlock = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded;
        var verbatim = !isBlock && _source.HasAt(index, scalar.Value) && !scalar.Value.AsSpan().ContainsAny('\n', '\r');
        return new YamlScalar(SpanOf(scalar), scalar.Value, scalar.Style
            == ScalarStyle.Plain, verbatim ? _source.Span(index, index).Column : 0)
        {
            Spread = verbatim ? null : new SpreadText(_source, scalar.Value, isBlock ? EndOfLine(index) : index, quote),
        };
    }

    /// <summary>The end of the line with a block's sign, which a comment may follow; the block begins after it.</summary>
    private int EndOfLine(int index)
    {
        var length = _source.Text.AsSpan(index).IndexOfAny('\r', '\n');
        return length < 0 ? _source.Text.Length : index + length;
    }

    /// <summary>Reports a node that lies too deep and ends the reading: what follows could nest as deep as the file is long.</summary>
    private bool IsTooDeep(ParsingEvent start, int depth)
    {
        if (depth <= DeepestNesting)
        {
            return false;
        }

        _stopped = true;
        _bag.Error(DiagnosticCode.TooLarge, SpanOf(start), $"lists and mappings nest deeper than {DeepestNesting} here");
        return true;
    }

    private void ReportSyntax(Mark start, Mark end, string problem)
    {
        if (UnquotedAsteriskBefore((int)start.Index) is { } asterisk)
        {
            // An alias that leads nowhere is reported already.
            if (_bag.InOrder().All(reported => reported.At != asterisk))
            {
                _bag.Error(
                    DiagnosticCode.Syntax, asterisk, "text that begins with '*' needs quotes: YAML takes it for an alias",
                    "write the whole value in quotes, such as '*p > 3'");
            }

            return;
        }

        var (message, hint) = SyntaxMessage.Of(problem);
        var place = problem.Contains(SyntaxMessage.Tab, StringComparison.Ordinal) && _source.FirstTabInIndentation() is { } tab
            ? tab
            : _source.SpanBeforeEnd(Math.Max(start.Index, start.Index == 0 ? _last.Index : 0), end.Index);
        _bag.Error(DiagnosticCode.Syntax, place, message, hint);
    }

    /// <summary>The word with an asterisk that begins the value in which an error lies; null for other errors.</summary>
    private SourceSpan? UnquotedAsteriskBefore(int index)
    {
        var text = _source.Text.AsSpan(0, Math.Min(index, _source.Text.Length));
        var line = text[(text.LastIndexOf('\n') + 1)..];
        if (UnquotedAsterisk().Match(line.ToString()) is not { Success: true } found)
        {
            return null;
        }

        var start = text.Length - line.Length + found.Groups[1].Index;
        return _source.Span(start, start + found.Groups[1].Length);
    }

    /// <summary>Matches <c>when: *p ></c>: after an alias only the end of the line or of a list can follow.</summary>
    [GeneratedRegex(@"(?:: |- |[\[,{] ?)(\*[^\s,\]}]+)\s+$", RegexOptions.CultureInvariant)]
    private static partial Regex UnquotedAsterisk();

    private ParsingEvent Next() => _parser.MoveNext() ? Current() : throw new InvalidOperationException("the events end inside a node");

    private ParsingEvent Current()
    {
        var current = _parser.Current!;
        _last = current.End;
        return current;
    }

    private SourceSpan SpanOf(ParsingEvent node) =>
        _source.Span(node.Start.Index, node is Scalar or AnchorAlias ? node.End.Index : node.Start.Index + 1);
}
