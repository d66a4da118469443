using TraceAgent.Engine;
using TraceAgent.Engine.Packets;

namespace TraceAgent.Status;

/// <param name="Rule">Its name.</param>
/// <param name="State">In lower case, of <see cref="RuleState"/>.</param>
/// <param name="Reason">Why it is not attached, or what is not as it should be.</param>
/// <param name="Place">File and line of its name.</param>
/// <param name="Interface">As the rule names it.</param>
/// <param name="Interfaces">That it is attached to now.</param>
/// <param name="DryRun">Nothing is dropped.</param>
/// <param name="Denied">Networks in force, those of its file included.</param>
/// <param name="Allowed">Networks in force, those of its file included.</param>
/// <param name="Packets">passed + dropped + spared + not IP + malformed.</param>
/// <param name="Bytes">Of whole frames.</param>
/// <param name="Passed">IP packets of sources that are not denied.</param>
/// <param name="Dropped">Of denied sources.</param>
/// <param name="Spared">Would have been dropped, but for the dry run.</param>
/// <param name="NotIp">Passed.</param>
/// <param name="Malformed">Passed.</param>
/// <param name="Evicted">How often a source had to make room for another one.</param>
/// <param name="Logged">Lines that all outputs took.</param>
/// <param name="Lost">Lines that an output did not take.</param>
internal sealed record PacketRuleStatus(
    string Rule,
    string State,
    string? Reason,
    string? Place,
    string? Interface,
    IReadOnlyList<InterfaceStatus> Interfaces,
    bool DryRun,
    int Denied,
    int Allowed,
    long Packets,
    long Bytes,
    long Passed,
    long Dropped,
    long Spared,
    long NotIp,
    long Malformed,
    long Evicted,
    long Logged,
    long Lost);
