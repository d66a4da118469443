using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.CommandLine;

/// <summary>Turns options of a command line into keys of a rule.</summary>
internal static class OptionEntries
{
    private const string Capture = "capture";
    private const string Filter = "pid";

    public static IEnumerable<YamlEntry> Read(CommandLineText line, DiagnosticBag bag)
    {
        var captures = new List<YamlEntry>();
        foreach (var (key, option, value) in line.Options)
        {
            switch (key)
            {
                case Capture:
                    captures.AddRange(CaptureOf(value, bag) is { } capture ? [capture] : []);
                    break;
                case Filter:
                    yield return new YamlEntry(
                        option.Key("target"), new YamlMapping(value.Whole.At, [new YamlEntry(option.Key(Filter), value.Plain)]));
                    break;
                default:
                    yield return new YamlEntry(option.Key(key), value.Plain);
                    break;
            }
        }

        if (captures.Count > 0)
        {
            var option = line.Options.First(one => one.Key == Capture).Option;
            yield return new YamlEntry(option.Key(Capture), new YamlMapping(option.Whole.At, captures));
        }
    }

    /// <summary>Reads <c>name = expression</c> or <c>name: type = expression</c>; null when it is neither, which is reported.</summary>
    private static YamlEntry? CaptureOf(Word value, DiagnosticBag bag)
    {
        var equals = value.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || value.Text.AsSpan(equals).StartsWith("==") || "<>!".Contains(value.Text[equals - 1], StringComparison.Ordinal))
        {
            bag.Error(DiagnosticCode.InvalidValue,
                value.Whole.At, "a computed value is written NAME=EXPRESSION", "such as 'status=*(int32*)(arg1 + 16)'");
            return null;
        }

        var expression = value[(equals + 1)..].Trim().Plain;
        var colon = value.Text.AsSpan(0, equals).IndexOf(':');
        if (colon < 0)
        {
            return new YamlEntry(value[..equals].Trim().Whole, expression);
        }

        var type = value[(colon + 1)..equals].Trim();
        return new YamlEntry(value[..colon].Trim().Whole, new YamlMapping(value.Whole.At, [
            new YamlEntry(type.Key("type"), type.Plain),
            new YamlEntry(type.Key("value"), expression),
        ]));
    }
}
