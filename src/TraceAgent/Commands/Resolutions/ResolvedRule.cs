using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Resolutions;

/// <summary>A rule resolved on this machine: an object of <c>traceagent resolve --json</c>.</summary>
internal sealed record ResolvedRule
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>The file that has the rule.</summary>
    public required string File { get; init; }

    /// <summary>The line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The trigger: <c>entry</c>, <c>return</c>, <c>both</c> or <c>call</c>.</summary>
    public required string On { get; init; }

    /// <summary>The state: <c>resolved</c>, <c>pending</c> or <c>refused</c>.</summary>
    public required string State { get; init; }

    /// <summary>The reason why a pending rule waits.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Sites that have their values at the same places; empty unless resolved.</summary>
    public required IReadOnlyList<ResolvedPart> Parts { get; init; }

    /// <summary>Refusals and warnings.</summary>
    public required IReadOnlyList<ResolvedProblem> Problems { get; init; }
}

/// <param name="Sites">The sites in the order of the files.</param>
/// <param name="Values">The values that an event shows, in its order.</param>
/// <param name="RecordBytes">The size of the largest record between kernel and agent.</param>
internal sealed record ResolvedPart(IReadOnlyList<ResolvedSite> Sites, IReadOnlyList<ResolvedValue> Values, int RecordBytes);

/// <summary>A site of a rule.</summary>
internal sealed record ResolvedSite
{
    /// <summary>The program or library that has the site.</summary>
    public required string Binary { get; init; }

    /// <summary>The symbol, with <c>+0x…</c> inside of a function.</summary>
    public required string Symbol { get; init; }

    /// <summary>The line of source, with the functions that it was inlined into; null for a rule that names no line.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>Virtual address in the file, <c>0x…</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Bytes from the start of the file, <c>0x…</c>.</summary>
    public required string FileOffset { get; init; }

    /// <summary>The way in which a hit is carried out: <c>emulated</c> or <c>stepped</c>.</summary>
    public required string Probe { get; init; }

    /// <summary>The cost of a hit in ns, without the rule's own program; null when it could not be measured.</summary>
    public double? CostNs { get; init; }

    /// <summary>
    /// Bytes from the start of the file to the entry of the function, <c>0x…</c>, where it is probed too for values that are nowhere else;
    /// null where it is not.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EntryOffset { get; init; }

    /// <summary>The whole call; null for a rule that sees entries only.</summary>
    public ResolvedCall? Call { get; init; }
}

/// <param name="Returns">Instructions at which calls end with their result; 0 where the kernel changes the return address.</param>
/// <param name="Jumps">The places at which calls end without a return, since the code that they lead to cannot be followed.</param>
/// <param name="Followed">Functions that the traced one leaves to by a jump, and that returns are seen in, too.</param>
/// <param name="CostNs">
/// The cost of the hits of one call in ns, without the rule's own programs; null when it could not be measured.
/// </param>
internal sealed record ResolvedCall(int Returns, int Jumps, IReadOnlyList<ResolvedFollowed> Followed, double? CostNs)
{
    /// <summary>The part of the cost in ns that lies within measured durations; null where there are none, or it is not known.</summary>
    public double? TracingNs { get; init; }
}

/// <param name="Symbol">The function's symbol.</param>
/// <param name="Address">The address of its start, <c>0x…</c>.</param>
/// <param name="Callers">
/// Places in the file that call it and are not traced by the rule; each of their calls hits the probe, too. At most 1,000 are
/// counted.
/// </param>
/// <param name="CallerNames">The names of the functions of some of them.</param>
/// <param name="CostNs">The cost in ns of the hit that each of their calls takes; null when it could not be measured.</param>
internal sealed record ResolvedFollowed(string Symbol, string Address, int Callers, IReadOnlyList<string> CallerNames, double? CostNs);

/// <param name="Name">The name as in the rule.</param>
/// <param name="Type">The type as rules write it.</param>
/// <param name="ReadOn">The moment at which it is read: <c>entry</c> or <c>return</c>.</param>
/// <param name="Where">The place: registers and memory.</param>
/// <param name="Bytes">The number of bytes in the record.</param>
internal sealed record ResolvedValue(string Name, string Type, string ReadOn, string Where, int Bytes);

/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
internal sealed record ResolvedProblem(string Severity, string Code, string Message, string? Hint)
{
    /// <param name="diagnostic">The diagnostic to show.</param>
    /// <param name="message">The message to show for it.</param>
    public static ResolvedProblem Of(Diagnostic diagnostic, string message) => new(
        diagnostic.Severity == Yaml.Diagnostics.Severity.Error ? "error" : "warning",
        diagnostic.Code,
        PrintableText.WellFormed(message),
        diagnostic.Hint is { } hint ? PrintableText.WellFormed(hint) : null);
}

[JsonSerializable(typeof(ResolvedRule))]
[JsonSerializable(typeof(ResolvedFilter))]
internal sealed partial class ResolvedJson : JsonSerializerContext
{
    /// <summary>The options for one line per rule.</summary>
    public static ResolvedJson Line => field ??= new ResolvedJson(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
