using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceAgent.Commands;

/// <summary>A rule resolved on this machine: an object of <c>traceagent resolve --json</c>.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="File">The file that has the rule.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="On">The trigger: <c>entry</c>, <c>return</c>, <c>both</c> or <c>call</c>.</param>
/// <param name="State">The state: <c>resolved</c>, <c>pending</c> or <c>refused</c>.</param>
/// <param name="WaitsFor">The reason why a pending rule waits.</param>
/// <param name="Parts">Sites that have their values at the same places; empty unless resolved.</param>
/// <param name="Problems">Refusals and warnings.</param>
internal sealed record ResolvedRule(
    string Rule, string File,
    int Line, string On, string State, string? WaitsFor, IReadOnlyList<ResolvedPart> Parts, IReadOnlyList<ResolvedProblem> Problems);

/// <param name="Sites">The sites in the order of the files.</param>
/// <param name="Values">The values that an event shows, in its order.</param>
/// <param name="RecordBytes">The size of the largest record between kernel and agent.</param>
internal sealed record ResolvedPart(IReadOnlyList<ResolvedSite> Sites, IReadOnlyList<ResolvedValue> Values, int RecordBytes);

/// <param name="File">The file that has the site.</param>
/// <param name="Symbol">The symbol, with <c>+0x…</c> inside of a function.</param>
/// <param name="Address">Virtual address in the file, <c>0x…</c>.</param>
/// <param name="FileOffset">Bytes from the start of the file, <c>0x…</c>.</param>
/// <param name="Hit">The way in which a hit is carried out: <c>emulated</c> or <c>stepped</c>.</param>
/// <param name="CostNs">The cost of a hit in ns, without the rule's own program; null when it could not be measured.</param>
/// <param name="Call">The whole call; null for a rule that sees entries only.</param>
internal sealed record ResolvedSite(
    string File, string Symbol, string Address, string FileOffset, string Hit, double? CostNs, ResolvedCall? Call);

/// <param name="Returns">Instructions at which calls end with their result; 0 where the kernel changes the return address.</param>
/// <param name="Jumps">The places at which calls end without a return, since the code behind them cannot be followed.</param>
/// <param name="Followed">Functions that the traced one leaves to by a jump, and that returns are seen in, too.</param>
/// <param name="CostNs">
/// The cost of the hits of one call in ns, without the rule's own programs; null when it could not be measured.
/// </param>
internal sealed record ResolvedCall(int Returns, int Jumps, IReadOnlyList<ResolvedFollowed> Followed, double? CostNs);

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
internal sealed record ResolvedProblem(string Severity, string Code, string Message, string? Hint);

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
