using TraceAgent.Engine.Packets;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Checks;

/// <summary>Checks packet rules against their lists and the interfaces of this host.</summary>
internal static class PacketCheck
{
    /// <param name="filter">A rule with its lists.</param>
    /// <param name="claims">The rules that would have the interfaces of this host.</param>
    public static IEnumerable<Diagnostic> Of(FilterResolution filter, InterfaceClaims claims)
    {
        var rule = filter.Desired.Rule;
        foreach (var (diagnostic, _) in filter.Diagnostics)
        {
            yield return diagnostic;
        }

        if (claims.WhyPending(rule) is { } missing)
        {
            yield return Diagnostic.Warning(CheckCodes.Pending, rule.Interface.At, missing, "the rule waits until it appears");
        }

        foreach (var taken in claims.WhyTaken(rule))
        {
            yield return Diagnostic.Warning(CheckCodes.SharedInterface, rule.Interface.At, taken, "one rule may count and deny");
        }
    }
}
