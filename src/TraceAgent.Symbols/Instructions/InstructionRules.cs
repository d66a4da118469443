using Iced.Intel;

namespace TraceAgent.Symbols.Instructions;

/// <summary>
/// Decides which x86-64 instructions the kernel probes without changing what they do. After arch/x86/kernel/uprobes.c:
/// <c>is_prefix_bad</c>, <c>insn_masking_exception</c>, <c>good_insns_64</c>, <c>branch_setup_xol_ops</c>,
/// <c>arch_uprobe_analyze_insn</c>. The latter two look at the opcode after a VEX or EVEX prefix as if the prefix were not
/// there: vpor (eb) is skipped as a jump by nothing, vpshufd (70) jumps by its immediate, kmov (90) is skipped as a NOP, vfnmadd
/// (9d) raises SIGTRAP as popf; seen on 6.18.
/// </summary>
internal static class InstructionRules
{
    /// <summary>
    /// True for what kernels from 6.18 on rewrite into a call: every NOP of five bytes, also <c>66 66 66 66 90</c>, as was seen.
    /// </summary>
    public static bool IsFiveByteNop(in Instruction instruction) =>
        instruction is { Length: 5, Mnemonic: Mnemonic.Nop or Mnemonic.Reservednop };

    /// <summary>
    /// True when the kernel carries the instruction out itself (<c>push_setup_xol_ops</c>, <c>branch_setup_xol_ops</c>) instead
    /// of single-stepping a copy.
    /// </summary>
    /// <param name="start">The first bytes; null counts as not emulated.</param>
    public static bool IsEmulated(ReadOnlySpan<byte> start) => start switch
    {
        [>= 0x50 and <= 0x57, ..] or [0x41, >= 0x50 and <= 0x57, ..] => true,
        [0x90, ..] or [0x66, 0x90, ..] or [0x0f, 0x1f, ..] or [0x66, 0x0f, 0x1f, ..] => true,
        [0xe8 or 0xe9 or 0xeb, ..] or [>= 0x70 and <= 0x7f, ..] or [0x0f, >= 0x80 and <= 0x8f, ..] => true,
        _ => false,
    };

    /// <summary>
    /// The reason why the instruction must not be probed, as the end of the sentence "the instruction …"; null when it may be.
    /// </summary>
    /// <param name="instruction">The valid instruction, decoded from <paramref name="bytes"/>.</param>
    /// <param name="bytes">The bytes of exactly the instruction.</param>
    public static string? Refusal(in Instruction instruction, ReadOnlySpan<byte> bytes)
    {
        var opcode = SkipPrefixes(bytes, out var prefixRefusal, out var has16Bit, out var rex);
        if (prefixRefusal is not null)
        {
            return prefixRefusal;
        }

        // Intel ignores the prefix in 64-bit mode and AMD does not; the kernel refuses it (branch_setup_xol_ops in
        // arch/x86/kernel/uprobes.c).
        if (has16Bit && instruction.FlowControl is (FlowControl.Call or FlowControl.IndirectCall or FlowControl.UnconditionalBranch
            or FlowControl.IndirectBranch or FlowControl.ConditionalBranch))
        {
            return "is a branch with an operand size prefix, which the kernel cannot probe";
        }

        var first = opcode.Length > 0 ? opcode[0] : (byte)0;
        if (first == 0x90 && (rex & 1) != 0)
        {
            // branch_setup_xol_ops (arch/x86/kernel/uprobes.c) takes every 0x90 for a NOP, whatever its REX prefix.
            return "is `xchg %rax,%r8`, which the kernel takes for a NOP";
        }

        if (first == 0x8e && opcode.Length > 1 && ((opcode[1] >> 3) & 7) == 2)
        {
            return "loads the stack segment, which the kernel cannot probe";
        }

        if (first is 0xcc or 0xcd or 0xf1)
        {
            return "is a software interrupt, which the kernel cannot probe";
        }

        // Input and output, iret, far jumps, hlt, cli, sti: not in good_insns_64 (arch/x86/kernel/uprobes.c).
        if (first is (>= 0x6c and <= 0x6f) or (>= 0xe4 and <= 0xe7) or (>= 0xec and <= 0xef) or 0xcf or 0xf4 or 0xfa or 0xfb)
        {
            return "is privileged, and the kernel cannot probe it";
        }

        if (first is 0xc4 or 0xc5 or 0x62 || (first == 0x8f && opcode.Length > 1 && ((opcode[1] >> 3) & 7) != 0))
        {
            return "is encoded like a vector instruction (VEX, EVEX, XOP), and the kernel takes such for another one";
        }

        if (first == 0x9c)
        {
            // Single-stepping sets TF (arch_uprobe_pre_xol in arch/x86/kernel/uprobes.c). pushf stores it, and the popf that
            // belongs to it raises SIGTRAP.
            return "stores the flags, which the kernel changes while it steps over the instruction";
        }

        if (first == 0x0f && opcode.Length > 1 && SystemInstruction(opcode[1]) is { } refusal)
        {
            return refusal;
        }

        return instruction.Mnemonic switch
        {
            Mnemonic.Xbegin or Mnemonic.Xabort => "begins or ends a memory transaction, which a probe would abort",
            _ => null,
        };
    }

    /// <summary>True for a string instruction with REP: the kernel steps over it, and a probe is hit, once for each element.</summary>
    public static bool IsRepeated(in Instruction instruction) =>
        instruction.IsStringInstruction && (instruction.HasRepPrefix || instruction.HasRepnePrefix);

    private static string? SystemInstruction(byte second) => second switch
    {
        // Single-stepped out of line, sigreturn and clone would come back to the wrong place.
        0x05 or 0x34 => "enters the kernel, and stepping over it elsewhere can come back to the wrong place",
        0x0b => "is `ud2`, which ends the program",
        0x00 or 0x01 or (>= 0x06 and <= 0x09) or 0x30 or 0x35 or 0x37 or 0x78 or 0x79 or 0xaa =>
            "is a system instruction, which the kernel cannot probe",
        _ => null,
    };

    private static ReadOnlySpan<byte> SkipPrefixes(ReadOnlySpan<byte> bytes, out string? refusal, out bool has16Bit, out byte rex)
    {
        refusal = null;
        has16Bit = false;
        rex = 0;
        while (!bytes.IsEmpty)
        {
            switch (bytes[0])
            {
                case 0xf0:
                    refusal ??= "has a LOCK prefix, and the kernel cannot probe it";
                    break;
                case 0x26 or 0x2e or 0x36 or 0x3e:
                    refusal ??= "has a CS, DS, ES or SS prefix, and the kernel cannot probe it";
                    break;
                case 0x66:
                    has16Bit = true;
                    break;
                case 0x64 or 0x65 or 0x67 or 0xf2 or 0xf3:
                    break;
                case >= 0x40 and <= 0x4f:
                    rex = bytes[0];
                    bytes = bytes[1..];
                    if (bytes
                        is [0x26 or 0x2e or 0x36 or 0x3e or (>= 0x40 and <= 0x4f) or (>= 0x64 and <= 0x67) or 0xf0 or 0xf2 or 0xf3, ..])
                    {
                        refusal ??= "has a prefix after its REX prefix, which the kernel may read differently";
                    }

                    return bytes;
                default:
                    return bytes;
            }

            bytes = bytes[1..];
        }

        return bytes;
    }
}
