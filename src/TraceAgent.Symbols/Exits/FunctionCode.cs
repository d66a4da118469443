using System.Collections;
using Iced.Intel;
using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Instructions;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Exits;

/// <summary>
/// All code of a function, decoded: it and the parts of it that lie elsewhere (<c>.cold</c>), their RET instructions, and the jumps by
/// which a call may leave without one.
/// </summary>
internal sealed class FunctionCode
{
    private const int MaxPartBytes = 16 << 20;
    private const byte LockPrefix = 0xf0;
    private const int MaxParts = 16;
    private const int MaxBranches = 1 << 16;

    private readonly ElfImage _image;
    private readonly List<(FunctionRange Range, byte[] Code, BitArray Starts)> _parts = [];
    private readonly Queue<FunctionRange> _left = new();
    private readonly List<(ulong From, ulong To)> _branches = [];
    private readonly IndirectJump _indirect;

    private readonly bool _looksOutside;

    private FunctionCode(ElfImage image, bool looksOutside)
    {
        (_image, _looksOutside) = (image, looksOutside);
        _indirect = new IndirectJump(image, IsOwnPlace);
    }

    /// <summary>Bytes of code that were decoded.</summary>
    public long Decoded => _parts.Sum(part => (long)part.Code.Length);

    /// <summary>Addresses of RET instructions.</summary>
    public List<ulong> Returns { get; } = [];

    /// <summary>The jumps out of the function, or to an unknown place.</summary>
    public List<LeavingJump> Leaving { get; } = [];

    /// <summary>True when some of its code belongs to a function of its own, whose calls end there, too.</summary>
    public bool SharesCode => _parts.Skip(1).Any(part => part.Range.IsEntered);

    /// <summary>
    /// The reason why the instructions cannot be told apart, or must not be probed, as the end of a sentence; null when they can.
    /// </summary>
    public string? Refusal { get; private set; }

    /// <param name="image">The image, for x86-64.</param>
    /// <param name="function">The function. Its size comes from the file, and so is checked against its code.</param>
    /// <param name="looksOutside">False when only what is in the function itself is wanted.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static FunctionCode Of(ElfImage image, FunctionRange function, bool looksOutside)
    {
        var code = new FunctionCode(image, looksOutside);
        code._left.Enqueue(function);
        while (code.Refusal is null && code._left.TryDequeue(out var part))
        {
            code.Decode(part);
        }

        code.Refusal ??= code.Contradiction();
        return code;
    }

    /// <summary>Addresses of direct branches of the function to a place in it.</summary>
    /// <param name="first">The first such place.</param>
    /// <param name="last">The last one.</param>
    public IEnumerable<ulong> BranchesTo(ulong first, ulong last) =>
        _branches.Where(branch => branch.To >= first && branch.To <= last).Select(branch => branch.From).Distinct();

    /// <summary>The instruction at an address of the function.</summary>
    public Instruction At(ulong address)
    {
        var (range, code, _) = _parts.Find(part => part.Range.Holds(address));
        var decoder = Decoder.Create(
            64,
            new ByteArrayCodeReader(code, (int)(address - range.Start), code.Length - (int)(address - range.Start)));
        decoder.IP = address;
        return decoder.Decode();
    }

    /// <summary>The bytes of an instruction of the function.</summary>
    public ReadOnlySpan<byte> BytesOf(in Instruction instruction)
    {
        var address = instruction.IP;
        var (range, code, _) = _parts.Find(part => part.Range.Holds(address));
        return code.AsSpan((int)(address - range.Start), instruction.Length);
    }

    /// <summary>
    /// An expression that is 1 when the address that is computed is outside of the function or its start, from a jump in it.
    /// </summary>
    public Expr IsOutside(Expr target, ulong jump)
    {
        const int instructionPointer = 16;
        var distance = new Expr.Binary(BinaryOperator.Subtract, target, new Expr.Register(instructionPointer));
        return _parts.Select((part, i) => (Start: part.Range.Start + (i == 0 ? 1UL : 0), part.Range.End))
            .Select(part => (Expr)new Expr.Binary(
                BinaryOperator.AboveOrEqual,
                new Expr.Binary(BinaryOperator.Subtract, distance, new Expr.Constant((long)(part.Start - jump))),
                new Expr.Constant((long)(part.End - part.Start))))
            .Aggregate((all, next) => new Expr.Binary(BinaryOperator.AndAlso, all, next));
    }

    /// <summary>True for a place within the function other than its start: who jumps to its start calls it again.</summary>
    private bool IsOwnPlace(ulong address) => _parts.Exists(part => part.Range.Holds(address)) && address != _parts[0].Range.Start;

    private void Decode(FunctionRange part)
    {
        if (_image.FileOffsetOf(part.Start) is not { } offset
            || _image.File.ReadOrNull(offset, part.End - part.Start, MaxPartBytes) is not { } code)
        {
            Refusal = "its code cannot be read, or is larger than 16 MiB";
            return;
        }

        var starts = new BitArray(code.Length);
        _parts.Add((part, code, starts));
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = part.Start;
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
                    Returns.Add(instruction.IP);
                    break;
                case FlowControl.IndirectBranch when _looksOutside
                    && _indirect.Of(instruction) is not IndirectJump.Meaning.Switch and var meaning:
                    Leaving.Add(new LeavingJump(instruction.IP, null) { IsKnown = meaning == IndirectJump.Meaning.TailCall });
                    break;
                case FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch when instruction.Op0Kind == OpKind.NearBranch64:
                    Follow(part, instruction);
                    break;
            }

            _indirect.Note(instruction);
        }
    }

    private void Follow(FunctionRange part, in Instruction jump)
    {
        var target = jump.NearBranchTarget;
        if (_branches.Count < MaxBranches)
        {
            _branches.Add((jump.IP, target));
        }

        if (!_looksOutside || part.Holds(target) || _parts.Exists(one => one.Range.Holds(target)) || _left.Any(one => one.Holds(target)))
        {
            return;
        }

        var isLinkage = _image.SectionAt(target) is { } section && section.Name.StartsWith(".plt", StringComparison.Ordinal);
        var unwound = isLinkage ? null : _image.Unwind.At(target);
        var owner = isLinkage ? null : _image.Functions.At(target) ?? unwound;
        // A retpoline (-mindirect-branch=thunk, -mfunction-return=thunk): its RET is the indirect jump of its caller.
        if (owner?.Name == "__x86_return_thunk" && jump.FlowControl == FlowControl.UnconditionalBranch)
        {
            Returns.Add(jump.IP);
            return;
        }

        if (owner is not null && owner.Name.StartsWith("__x86_indirect_thunk", StringComparison.Ordinal))
        {
            owner = null;
        }

        if (owner is not null && _parts.Count + _left.Count < MaxParts && IsPart(jump.IP, owner, unwound))
        {
            _left.Enqueue(owner.IsEntered ? unwound ?? owner : owner);
        }
        else
        {
            Leaving.Add(new LeavingJump(jump.IP, owner) { IsKnown = true });
        }
    }

    /// <summary>
    /// True when a jump leads to a part of this function that lies elsewhere: one whose name or unwind entry says that it is not
    /// entered by a call, or any code, while the function's frame is still on the stack.
    /// </summary>
    private bool IsPart(ulong jump, FunctionRange owner, FunctionRange? unwound) =>
        !owner.IsEntered || unwound is { IsEntered: false } || _image.Unwind.RowAt(jump) is { IsAtCall: false };

    /// <summary>
    /// Describes a branch into the middle of what was decoded as one instruction: there is data between the code. Null when there
    /// is none.
    /// </summary>
    private string? Contradiction()
    {
        foreach (var (from, to) in _branches)
        {
            foreach (var (range, code, starts) in _parts)
            {
                // Hand-written code jumps over a LOCK prefix where there is one CPU: what follows is an instruction, too.
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

/// <summary>A jump that may leave its function.</summary>
/// <param name="Address">The address of the jump.</param>
/// <param name="Owner">The function that it leads to; null when nobody knows, or it is in another file.</param>
internal sealed record LeavingJump(ulong Address, FunctionRange? Owner)
{
    /// <summary>True when it surely leaves; false for one that may also lead to a place of its own function.</summary>
    public bool IsKnown { get; init; }
}
