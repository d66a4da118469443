using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The time between two writes while events come.</summary>
internal static class FlushValue
{
    public static JsonSchema Schema => JsonSchema.Scalar.Pattern("^(0|[0-9]+(ms|s))$");

    public const string Description =
        "While events come, how long they wait to be written together: 0 for at once, up to 1s; 25ms unless it is set. "
            + "The first one after a pause is written at once.";

    public const string Expected = "a time from 0 to 1s, such as 25ms";

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    /// <summary>Parses the time; null for a text that is none, or more than a second.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        return ShortTime.Parse(text) is { } time && time <= MaxTime ? time : null;
    }

    public static TimeSpan? Read(YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is YamlScalar scalar && Parse(scalar.Value) is { } time)
        {
            return time;
        }

        bag.Error(
            DiagnosticCode.InvalidValue, entry.Value.At,
            $"'flush' must be {Expected}, not {(entry.Value is YamlScalar given ? $"'{Quoted.Clip(given.Value)}'" : entry.Value.Kind)}",
            "flush: 25ms");
        return null;
    }
}
