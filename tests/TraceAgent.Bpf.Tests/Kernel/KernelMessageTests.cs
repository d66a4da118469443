using TraceAgent.Bpf.Programs;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Tests.Kernel;

public sealed class KernelMessageTests
{
    [Fact]
    public void A_verifier_log_is_cut_to_its_last_lines_without_the_statistics()
    {
        const string log = """
            0: R1=ctx() R10=fp0
            0: (bf) r6 = r1
            1: (b7) r0 = 0
            2: (79) r2 = *(u64 *)(r10 -8)
            3: (07) r2 += 8
            4: (7b) *(u64 *)(r10 -16) = r2
            mark_precise: frame0: last_idx 4
            5: (79) r1 = *(u64 *)(r0 +0)
            R0 invalid mem access 'scalar'
            verification time 54 usec
            stack depth 16
            processed 6 insns (limit 1000000) max_states_per_insn 0

            """;

        Assert.Equal(
            """
              1: (b7) r0 = 0
              2: (79) r2 = *(u64 *)(r10 -8)
              3: (07) r2 += 8
              4: (7b) *(u64 *)(r10 -16) = r2
              5: (79) r1 = *(u64 *)(r0 +0)
              R0 invalid mem access 'scalar'
            """,
            VerifierLog.UsefulLines(log));
    }

    [Fact]
    public void A_limit_of_open_files_that_is_reached_is_named_with_what_raises_it() => Assert.Equal(
        "open /bin/x: Too many open files; rules need some each: raise the limit (ulimit -n; LimitNOFILE= of the service)",
        new KernelException("open", "/bin/x", KernelException.Emfile, Privileges.RemedyFor(KernelException.Emfile)).Message);

    [Theory]
    [InlineData("")]
    [InlineData("\n\nprocessed 0 insns (limit 1000000)\n")]
    public void A_log_that_says_nothing_gives_nothing(string log) => Assert.Empty(VerifierLog.UsefulLines(log));

    [Theory]
    [InlineData("add", "ta_add")]
    [InlineData("shop.order_2", "ta_shop.order_2")]
    [InlineData("café au lait", "ta_caf__au_lait")]
    [InlineData("a-very-long-name-of-a-rule", "ta_a_very_long_")]
    [InlineData("", "ta_")]
    public void A_program_is_named_as_the_kernel_takes_names(string rule, string expected)
    {
        Assert.Equal(expected, BpfProgram.NameFor(rule));
        Assert.InRange(BpfProgram.NameFor(rule).Length, 3, 15);
    }

    [Fact]
    public void A_refusal_says_what_was_tried_on_what_why_and_what_would_help()
    {
        var refusal = new KernelException("attach uprobe", "/opt/shop:AddNum", KernelException.Eperm, "give it CAP_BPF");

        Assert.Equal("attach uprobe /opt/shop:AddNum: Operation not permitted; give it CAP_BPF", refusal.Message);
        Assert.Equal((KernelException.Eperm, "attach uprobe"), (refusal.Errno, refusal.Operation));
    }

    [Fact]
    public void An_instruction_that_cannot_be_probed_has_a_message_although_C_knows_no_such_error() =>
        Assert.Equal(
            "attach uprobe /opt/shop: the kernel cannot probe this instruction (ENOTSUPP)",
            new KernelException("attach uprobe", "/opt/shop", KernelException.Enotsupp).Message);

    [Theory]
    [InlineData(KernelException.Eperm, true)]
    [InlineData(KernelException.Eacces, true)]
    [InlineData(KernelException.Enotsupp, true)]
    [InlineData(38, true)]
    [InlineData(KernelException.Enoent, false)]
    [InlineData(KernelException.E2Big, false)]
    public void What_other_privileges_or_another_kernel_would_mend_is_a_refusal(int errno, bool expected) =>
        Assert.Equal(expected, new KernelException("load", "x", errno).IsRefusal);
}
