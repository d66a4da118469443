using System.Diagnostics;
using TraceAgent.Bpf.Linux;
using TraceAgent.Reconciling;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Tests.Reconciling;

public sealed class SeccompReturnsTests
{
    /// <summary>Gives itself a filter that allows everything, and says so.</summary>
    private const string Filtered =
        "import ctypes, struct\n" +
        "allow = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7fff0000))\n" +
        "libc = ctypes.CDLL(None)\n" +
        "libc.prctl(38, 1, 0, 0, 0)\n" +
        "libc.prctl(22, 2, ctypes.create_string_buffer(struct.pack('HxxxxxxQ', 1, ctypes.addressof(allow))))\n" +
        "print('ready', flush=True)\n" +
        "input()\n";

    private static readonly string s_python = File.ResolveLinkTarget("/usr/bin/python3", returnFinalTarget: true)?.FullName ?? "/usr/bin/python3";

    [Fact]
    public void Returns_are_refused_while_a_process_of_the_binary_has_a_filter()
    {
        using var process = Process.Start(new ProcessStartInfo(s_python, ["-c", Filtered]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        var returns = new SeccompReturns(() => true);

        var problem = returns.Refuse(Rule("call"), Identity());
        process.StandardInput.Close();
        process.WaitForExit();

        Assert.Equal((SiteCodes.SeccompReturn, true), (problem!.Code, problem.Refused));
        Assert.StartsWith(
            $"returns in {s_python} cannot be followed: process {process.Id} has it in memory and a seccomp filter", problem.Message, StringComparison.Ordinal);
        Assert.Null(returns.Refuse(Rule("call"), Identity() with { Inode = 1 }));
    }

    [Fact]
    public void Entries_are_never_refused_and_the_kernel_is_not_asked() =>
        Assert.Null(new SeccompReturns(() => throw new InvalidOperationException("asked")).Refuse(Rule("entry"), Identity()));

    [Fact]
    public void A_kernel_that_lets_the_system_call_pass_refuses_nothing() =>
        Assert.Null(new SeccompReturns(() => false).Refuse(Rule("call"), Identity()));

    private static Rule Rule(string on) => Given.Rule($"name: r, binary: {s_python}, symbol: main, on: {on}");

    private static FileIdentity Identity() => FileStatus.Of(s_python)!.Value;
}
