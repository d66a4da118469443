using System.Collections;
using Iced.Intel;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Instructions;

/// <summary>
/// A function decoded from its start, as the only way to know where x86-64 instructions begin.
/// </summary>
internal sealed class InstructionWalk
{
    private const int MaxFunctionBytes = 16 << 20;
    private const int MaxInstructionLength = 15;

    private const int MaxBranches = 1 << 16;
    private const byte LockPrefix = 0xf0;

    // How far behind the target the nearest safe place is looked for.
    private const int Lookahead = 512;

    private InstructionWalk()
    {
    }

    /// <summary>True when an instruction begins at the target.</summary>
    public bool IsBoundary { get; private set; }

    /// <summary>The reason why the instruction at the target must not be probed; null when it may be or when none begins there.</summary>
    public string? Refusal { get; private set; }

    /// <summary>True when the target is a 5-byte NOP.</summary>
    public bool IsFiveByteNop { get; private set; }

    /// <summary>True when the target is a string instruction with REP, which is hit once for each element.</summary>
    public bool IsRepeated { get; private set; }

    /// <summary>
    /// A branch that leads into the middle of what was decoded as one instruction: there is data between the code, or code that
    /// is read in two ways, and nothing proves where instructions begin. Null when there is none.
    /// </summary>
    public ulong? Contradiction { get; private set; }

    /// <summary>True when the code before the target is one <c>endbr64</c>, or empty.</summary>
    public bool IsEntry { get; private set; }

    /// <summary>The address where decoding stopped making sense before the target was reached, or null.</summary>
    public ulong? Undecodable { get; private set; }

    /// <summary>The nearest instruction before the target that can be probed, or null.</summary>
    public ulong? SafeBefore { get; private set; }

    /// <summary>The nearest instruction after the target that can be probed, or null.</summary>
    public ulong? SafeAfter { get; private set; }

    /// <summary>Bytes from the start of the file to the target.</summary>
    public ulong FileOffset { get; private set; }

    /// <summary>
    /// The number of bytes that a probe on the entry is moved, because a hit of the next instruction costs a fifth: 4 or 0.
    /// </summary>
    public int CheaperBy { get; private set; }

    /// <summary>
    /// Decodes up to the target; null when the file does not have the code, or the function is larger than 16 MiB up to the
    /// target.
    /// </summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static InstructionWalk? To(ElfImage image, FunctionRange function, ulong target)
    {
        var needed = Math.Min(function.End - function.Start, target - function.Start + Lookahead);
        if (image.FileOffsetOf(function.Start) is not { } offset || image.File.ReadOrNull(offset, needed, MaxFunctionBytes) is not { } code)
        {
            return null;
        }

        var walk = new InstructionWalk { FileOffset = offset + (target - function.Start) };
        walk.Decode(code, function.Start, target);
        return walk;
    }

    private void Decode(byte[] code, ulong start, ulong target)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = start;
        var isFirst = true;
        var onlyEndbr = true;
        var starts = new BitArray(code.Length);
        var branches = new List<(ulong From, ulong To)>();
        while (SafeAfter is null && decoder.IP - start < (ulong)code.Length)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid)
            {
                Undecodable = instruction.IP < target ? instruction.IP : null;
                break;
            }

            starts[(int)(instruction.IP - start)] = true;
            if (instruction.Op0Kind == OpKind.NearBranch64
                && instruction.NearBranchTarget - start < (ulong)code.Length && branches.Count < MaxBranches)
            {
                branches.Add((instruction.IP, instruction.NearBranchTarget));
            }

            var bytes = code.AsSpan((int)(instruction.IP - start), Math.Min(instruction.Length, MaxInstructionLength));
            var isNop = InstructionRules.IsFiveByteNop(instruction);
            var refusal = InstructionRules.Refusal(instruction, bytes);
            if (instruction.IP == target)
            {
                IsBoundary = true;
                Refusal = refusal;
                IsFiveByteNop = isNop;
                IsRepeated = InstructionRules.IsRepeated(instruction);
                IsEntry = onlyEndbr;
                if (isFirst && instruction.Code == Code.Endbr64)
                {
                    CheaperBy = IsPush(code.AsSpan(instruction.Length)) ? instruction.Length : 0;
                }
            }
            else if (refusal is null && (!isNop || onlyEndbr))
            {
                if (instruction.IP < target)
                {
                    SafeBefore = instruction.IP;
                }
                else
                {
                    SafeAfter = instruction.IP;
                }
            }

            onlyEndbr = isFirst && instruction.Code == Code.Endbr64;
            isFirst = false;
        }

        var end = decoder.IP - start;
        foreach (var (from, to) in branches)
        {
            // Hand-written code jumps over a LOCK prefix where there is one processor; the instruction itself is refused anyway.
            var at = (int)(to - start);
            if (to - start < end && !starts[at] && !(at > 0 && starts[at - 1] && code[at - 1] == LockPrefix))
            {
                Contradiction = from;
                return;
            }
        }
    }

    /// <summary>True for the pushes that the kernel emulates: 50 to 57, with or without REX.</summary>
    private static bool IsPush(ReadOnlySpan<byte> code) =>
        code is [>= 0x50 and <= 0x57, ..] or [>= 0x40 and <= 0x4f, >= 0x50 and <= 0x57, ..];
}
