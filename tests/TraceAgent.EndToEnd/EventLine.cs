using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>One line of the agent's output.</summary>
internal sealed record EventLine(string Text, JsonElement Json)
{
    public static EventLine Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return new EventLine(text, document.RootElement.Clone());
    }

    public string Event => Json.GetProperty("event").GetString()!;

    public string? Rule => Json.TryGetProperty("rule", out var rule) ? rule.GetString() : null;

    public string Message => Json.GetProperty("@m").GetString()!;

    public string Comm => Json.GetProperty("comm").GetString()!;

    public int Pid => Json.GetProperty("pid").GetInt32();

    public string? Executable => Json.GetProperty("exe").GetString();

    public int Tid => Json.GetProperty("tid").GetInt32();

    public long Ret => Json.GetProperty("ret").GetInt64();

    public string RetText => Json.GetProperty("ret").GetString()!;

    /// <summary>Nanoseconds.</summary>
    public long Duration => Json.GetProperty("duration_ns").GetInt64();

    public long Arg(int number) => Arg($"arg{number}");

    public long Arg(string name) => Json.GetProperty("args").GetProperty(name).GetInt64();

    public IEnumerable<long> Args() =>
        Json.GetProperty("args").EnumerateObject().Select(argument => argument.Value.GetInt64());

    public bool Has(string key) => Json.TryGetProperty(key, out _);

    public long Count(string key) => Json.TryGetProperty(key, out var count) ? count.GetInt64() : 0;

    public override string ToString() => Text;
}

/// <summary>What the agent says of a rule at its end.</summary>
internal sealed record Totals(long Calls, long Logged, long Lost)
{
    public long Filtered { get; init; }

    public long Sampled { get; init; }

    public long Limited { get; init; }

    public static Totals Of(EventLine line) => new(line.Count("calls"), line.Count("logged"), line.Count("lost"))
    {
        Filtered = line.Count("filtered"),
        Sampled = line.Count("sampled"),
        Limited = line.Count("limited"),
    };
}
