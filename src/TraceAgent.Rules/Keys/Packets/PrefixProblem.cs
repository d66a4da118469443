using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys.Packets;

/// <summary>Messages about a text that is no prefix, in a rule as in a file of prefixes.</summary>
internal static class PrefixProblem
{
    public static (string Code, string Message, string? Hint) Of(string text, PrefixError fault, IpPrefix prefix)
    {
        var shown = Quoted.Clip(text);
        return fault switch
        {
            PrefixError.HostBits => (
                DiagnosticCode.InvalidPrefix,
                $"'{shown}' has bits set after the first {prefix.Length}",
                $"write {prefix.Masked} for the network, or {prefix.Address} for the address alone"),
            PrefixError.Length => (
                DiagnosticCode.InvalidPrefix,
                $"'{shown}' is longer than an address",
                text.Contains(':', StringComparison.Ordinal)
                    ? "an IPv6 address has 128 bits: /0 to /128"
                    : "an IPv4 address has 32 bits: /0 to /32"),
            PrefixError.MappedIPv4 => (
                DiagnosticCode.InvalidPrefix,
                $"'{shown}' is an IPv4 address in the form of IPv6, which no packet has",
                "write it as IPv4, such as 203.0.113.7"),
            _ => (DiagnosticCode.InvalidPrefix, $"'{shown}' is not an address or a network", HintFor(text)),
        };
    }

    /// <summary>The message about a prefix that denies every address there is.</summary>
    public static (string Code, string Message, string? Hint) OfEverything(IpPrefix prefix) => (
        DiagnosticCode.DeniesEverything,
        $"'{prefix}' denies every {(prefix.Address.IsIPv6 ? "IPv6" : "IPv4")} address there is, your own included",
        "if that is meant: 'unsafe: true', and 'allow' for where you come from");

    private static string HintFor(string text)
    {
        var address = text.Split('/')[0];
        if (text.Contains('/', StringComparison.Ordinal) && text.Split('/')[1].Contains('.', StringComparison.Ordinal))
        {
            return "write the length of the network in bits, such as /24, not as a mask";
        }

        if (address.Contains('%', StringComparison.Ordinal))
        {
            return "leave out the zone, from % on";
        }

        if (address.Contains('-', StringComparison.Ordinal))
        {
            return "a range is written as the networks that it consists of";
        }

        if (address.Split('.').Any(part => part.Length > 1 && part[0] == '0' && part.All(char.IsAsciiDigit)))
        {
            return "numbers have no leading zeros: some programs read those as octal";
        }

        return address.Any(c => char.IsAsciiLetter(c) && !char.IsAsciiHexDigit(c))
            ? "names are not looked up: write the address"
            : "such as 203.0.113.7, 198.51.100.0/24, 2001:db8::1 or 2001:db8::/32";
    }
}
