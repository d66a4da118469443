using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.CommandLine;

/// <summary>Turns options of a command line into keys of a rule.</summary>
internal static class OptionEntries
{
    private const string Capture = "capture";
    private const string Pid = "pid";
    private const string Target = "target";

    public static IEnumerable<YamlEntry> Read(CommandLineText line, DiagnosticBag bag)
    {
        var captures = new List<YamlEntry>();
        var targets = new List<YamlEntry>();
        foreach (var (key, option, value) in line.Options)
        {
            switch (key)
            {
                case Capture:
                    captures.AddRange(CaptureOf(value, bag) is { } capture ? [capture] : []);
                    break;
                case Pid:
                    targets.Add(new YamlEntry(option.Key(Pid), value.Plain));
                    break;
                case Target:
                    targets.AddRange(TargetOf(value, bag) is { } target ? [target] : []);
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

        if (targets.Count > 0)
        {
            var option = line.Options.First(one => one.Key is Pid or Target).Option;
            yield return new YamlEntry(option.Key(Target), new YamlMapping(option.Whole.At, [.. Joined(targets)]));
        }
    }

    /// <summary>Reads <c>key=value</c>; null when it is not, which is reported.</summary>
    private static YamlEntry? TargetOf(Word value, DiagnosticBag bag)
    {
        var equals = value.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
        {
            return new YamlEntry(value[..equals].Trim().Whole, value[(equals + 1)..].Trim().Plain);
        }

        bag.Error(
            DiagnosticCode.InvalidValue, value.Whole.At, "a target is written KEY=VALUE",
            "such as 'user=www-data', 'process=nginx*', 'cgroup=system.slice/nginx.service'");
        return null;
    }

    /// <summary>The entries with one for each key: values of the same key become a list.</summary>
    private static IEnumerable<YamlEntry> Joined(List<YamlEntry> entries) => entries.GroupBy(entry => entry.Key.Value)
        .Select(same => same.ToList() is [var only] ? only : same.First() with
        {
            Value = new YamlSequence(same.First().Value.At, [.. same.Select(entry => entry.Value)]),
        });

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
