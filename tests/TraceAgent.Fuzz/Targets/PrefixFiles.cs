using System.Text;
using TraceAgent.Capture;
using TraceAgent.Rules.Files;
using TraceAgent.Rules.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>A file of addresses: mistakes are said at their place, and what is accepted is written and read back as the same.</summary>
internal sealed class PrefixFiles : FuzzTarget
{
    private static readonly byte[][] Seeds =
    [
        "# none\n"u8.ToArray(),
        "203.0.113.7\n198.51.100.0/24 ; a network\n2001:db8::/32\n::1\n"u8.ToArray(),
        "10.0.0.0/8\r\n\r\n0.0.0.0/0\r\nfe80::1%eth0\r\n::ffff:10.0.0.1\r\n"u8.ToArray(),
    ];

    private static readonly string[] Words =
        ["\n", "\r\n", "#", ";", "/",
            "/24", "/128", "/33", "/0", ".", ":", "::", "255", "256", "0", "00", "ffff", "203.0.113.7", "2001:db8::", "%", " ", "\t", "-"];

    public override byte[] Make(Random random) => random.Next(8) switch
    {
        0 => Mutation.Noise(random, 200),
        1 => Encoding.UTF8.GetBytes(Mutation.Words(random, Words, 20)),
        _ => Mutation.Of(random, random.Pick(Seeds), Words),
    };

    public override void Check(byte[] input)
    {
        var file = PrefixFileReader.Read("deny.txt", input, takesEverything: true);
        DiagnosticPlaces.AssertInside(file.Diagnostics, file.Source);
        Assert.Equal(file.Prefixes.Count, file.Prefixes.Distinct().Count());
        foreach (var prefix in file.Prefixes)
        {
            Assert.Equal(PrefixError.None, IpPrefix.TryParse(prefix.ToString(), out var again));
            Assert.Equal(prefix, again);
        }
    }
}
