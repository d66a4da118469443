using System.Collections;
using Iced.Intel;
using TraceAgent.Symbols.Elf;

namespace TraceAgent.Symbols;

/// <summary>
/// The RET instructions of a function and of the parts of it that lie elsewhere (<c>.cold</c>), from decoding all of its code,
/// and the jumps by which it leaves without one.
/// </summary>
internal sealed class ReturnInstructions
{
    private const int MaxPartBytes = 16 << 20;
    private const byte LockPrefix = 0xf0;
    private const int MaxParts = 16;
    private const int MaxLeaving = 16;

    private readonly ElfImage _image;
    private readonly List<(FunctionRange Range, byte[] Code, BitArray Starts)> _parts = [];
    private readonly Queue<FunctionRange> _left = new();
    private readonly List<(ulong From, ulong To)> _branches = [];

    private ReturnInstructions(ElfImage image) => _image = image;

    /// <summary>Bytes from the start of the file.</summary>
    public List<ulong> Offsets { get; } = [];

    /// <summary>Bytes of code that were decoded.</summary>
    public long Decoded => _parts.Sum(part => (long)part.Code.Length);

    /// <summary>Addresses of jumps to another function, or to nobody knows where; at most 16.</summary>
    public List<ulong> Leaving { get; } = [];

    /// <summary>Why the instructions cannot be told apart, or must not be probed, as the end of a sentence; null when they can.</summary>
    public string? Refusal { get; private set; }

    /// <param name="image">For x86-64.</param>
    /// <param name="function">Its size is the file's word, and so is checked against its code.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static ReturnInstructions Of(ElfImage image, FunctionRange function)
    {
        var found = new ReturnInstructions(image);
        found._left.Enqueue(function);
        while (found.Refusal is null && found._left.TryDequeue(out var part))
        {
            found.Decode(part);
        }

        found.Refusal ??= found.Contradiction();
        return found;
    }

    private void Decode(FunctionRange part)
    {
        if (_image.FileOffsetOf(part.Start) is not { } offset || _image.File.ReadOrNull(offset, part.End - part.Start, MaxPartBytes) is not { } code)
        {
            Refusal = "its code cannot be read, or is larger than 16 MiB";
            return;
        }

        var starts = new BitArray(code.Length);
        _parts.Add((part, code, starts));
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = part.Start;
        var previous = default(Instruction);
        while (decoder.IP - part.Start < (ulong)code.Length)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid)
            {
                Refusal = $"the bytes at 0x{instruction.IP:x} are no instruction";
                return;
            }

            var at = (int)(instruction.IP - part.Start);
            starts[at] = true;
            switch (instruction.FlowControl)
            {
                case FlowControl.Return when InstructionRules.Refusal(instruction, code.AsSpan(at, instruction.Length)) is { } refusal:
                    Refusal = $"the return at 0x{instruction.IP:x} {refusal}";
                    return;
                case FlowControl.Return:
                    Offsets.Add(offset + (ulong)at);
                    break;
                case FlowControl.IndirectBranch when !IsSwitch(instruction, previous):
                    Leave(instruction.IP);
                    break;
                case FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch when instruction.Op0Kind == OpKind.NearBranch64:
                    Follow(part, instruction);
                    break;
            }

            previous = instruction;
        }
    }

    private void Follow(FunctionRange part, in Instruction jump)
    {
        var target = jump.NearBranchTarget;
        if (!part.Holds(target) && !_parts.Exists(one => one.Range.Holds(target)) && !_left.Any(one => one.Holds(target)))
        {
            var unwound = _image.Unwind.At(target);
            var owner = _image.Functions.At(target) ?? unwound;
            if (owner is null || IsLinkage(target) || (owner.IsEntered && unwound is not { IsEntered: false }) || _parts.Count + _left.Count >= MaxParts)
            {
                Leave(jump.IP);
                return;
            }

            _left.Enqueue(owner.IsEntered ? unwound! : owner);
        }

        _branches.Add((jump.IP, target));
    }

    private bool IsLinkage(ulong address) => _image.SectionAt(address) is { } section && section.Name.StartsWith(".plt", StringComparison.Ordinal);

    private void Leave(ulong address)
    {
        if (Leaving.Count < MaxLeaving)
        {
            Leaving.Add(address);
        }
    }

    /// <summary>
    /// A jump by a table of this function's places: compilers mark it (notrack), index the table by 8, or add its address to what
    /// they took from it. What else jumps by a register or memory calls another function for the last time.
    /// </summary>
    private static bool IsSwitch(in Instruction jump, in Instruction previous) =>
        jump.SegmentPrefix == Register.DS
        || (jump.Op0Kind == OpKind.Memory && jump.MemoryIndex != Register.None && jump.MemoryIndexScale == 8)
        || (jump.Op0Kind == OpKind.Register && previous.Op0Kind == OpKind.Register && previous.Op0Register == jump.Op0Register
            && (previous.Mnemonic == Mnemonic.Add || (previous.Mnemonic == Mnemonic.Mov && previous.MemoryIndexScale == 8)));

    /// <summary>A branch into the middle of what was decoded as one instruction: there is data between the code.</summary>
    private string? Contradiction()
    {
        foreach (var (from, to) in _branches)
        {
            foreach (var (range, code, starts) in _parts)
            {
                // Hand-written code jumps over a LOCK prefix where there is one processor.
                var at = (int)(to - range.Start);
                if (range.Holds(to) && !starts[at] && !(at > 0 && starts[at - 1] && code[at - 1] == LockPrefix))
                {
                    return $"the branch at 0x{from:x} leads into the middle of another instruction, so there may be data between the code";
                }
            }
        }

        return null;
    }
}
