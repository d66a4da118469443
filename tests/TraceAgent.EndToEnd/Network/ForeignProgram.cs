namespace TraceAgent.EndToEnd.Network;

/// <summary>An XDP program of somebody else: <c>their_program</c>, which passes everything.</summary>
internal static class ForeignProgram
{
    private const string Source = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        SEC("xdp") int their_program(struct xdp_md *ctx) { return ctx ? XDP_PASS : XDP_DROP; }
        """;

    /// <summary>As <c>ip</c> attaches it.</summary>
    /// <param name="side">To its interface.</param>
    /// <param name="mode"><c>xdpdrv</c> or <c>xdpgeneric</c>.</param>
    public static void Attach(NetworkSide side, string mode)
    {
        var folder = Directory.CreateTempSubdirectory("traceagent-xdp");
        try
        {
            var source = Path.Combine(folder.FullName, "their.bpf.c");
            var compiled = Path.Combine(folder.FullName, "their.bpf.o");
            File.WriteAllText(source, Source);
            Command.OutputOf(
                "clang",
                "--target=bpf", "-O2", "-g", "-idirafter", "/usr/include/x86_64-linux-gnu", "-idirafter", "/usr/include/aarch64-linux-gnu",
                "-c", source, "-o", compiled);
            side.Ip($"link set dev {side.Interface} {mode} obj {compiled} sec xdp");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
