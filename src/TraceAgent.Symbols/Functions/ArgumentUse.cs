using System.Numerics;
using Iced.Intel;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Functions;

/// <summary>
/// Argument registers that functions read. LLVM passes nothing for a parameter that a function does not use, also where everybody
/// may call it (RemoveDeadArgumentsFromCallers in llvm/lib/Transforms/IPO/DeadArgumentElimination.cpp).
/// </summary>
/// <param name="image">The image, for x86-64.</param>
internal sealed class ArgumentUse(ElfImage image)
{
    private const int MaxFunctionBytes = 1 << 16;
    private const int MaxSteps = 1 << 14;
    private const int MaxDepth = 8;
    private const int All = 0b11_1111;

    private static readonly Register[] Registers =
        [Register.RDI, Register.RSI, Register.RDX, Register.RCX, Register.R8, Register.R9];

    private readonly Dictionary<ulong, int> _known = [];
    private readonly InstructionInfoFactory _instructions = new();
    private int _stepsLeft;

    /// <summary>True when the function, or one that it calls in the same file, surely reads the argument.</summary>
    /// <param name="function">The function.</param>
    /// <param name="place">The place of the calling convention, from 0; those after the registers are never sure.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public bool IsRead(FunctionRange function, int place)
    {
        if (place >= Registers.Length)
        {
            return false;
        }

        _known.Clear();
        _stepsLeft = MaxSteps;
        return (Of(function, depth: 0) & (1 << place)) != 0;
    }

    /// <summary>The registers that are read while they hold what the caller passed, a bit for each.</summary>
    private int Of(FunctionRange function, int depth)
    {
        if (_known.TryGetValue(function.Start, out var read))
        {
            return read;
        }

        // A function that calls itself passes on what it does not read.
        _known[function.Start] = 0;
        if (depth == MaxDepth || image.FileOffsetOf(function.Start) is not { } offset
            || image.File.ReadOrNull(offset, Math.Min(function.End - function.Start, MaxFunctionBytes), MaxFunctionBytes) is not { } code)
        {
            return 0;
        }

        var left = new Stack<(ulong Address, int Passed)>([(function.Start, All)]);
        var seen = new Dictionary<ulong, int>();
        while (read != All && left.TryPop(out var path))
        {
            read |= Follow(path, new Body(function, code, left, seen), depth);
        }

        return _known[function.Start] = read;
    }

    /// <summary>Follows the code from an address to the next branch, or until no register holds an argument any more.</summary>
    private int Follow((ulong Address, int Passed) path, Body body, int depth)
    {
        var decoder = body.DecoderAt(path.Address);
        var (read, passed) = (0, path.Passed);
        while (_stepsLeft-- > 0 && body.IsNew(decoder.IP, passed))
        {
            decoder.Decode(out var instruction);
            read |= passed & ReadBy(instruction);
            switch (instruction.FlowControl)
            {
                case FlowControl.Next when !instruction.IsInvalid:
                    passed &= ~WrittenBy(instruction);
                    break;
                case FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch or FlowControl.Call
                    when instruction.Op0Kind == OpKind.NearBranch64:
                    var target = instruction.NearBranchTarget;
                    if (instruction.FlowControl != FlowControl.Call && body.Holds(target))
                    {
                        body.Left.Push((target, passed));
                    }
                    else if (image.Functions.At(target) is { } called && called.Start == target)
                    {
                        read |= passed & Of(called, depth + 1);
                    }

                    if (instruction.FlowControl != FlowControl.ConditionalBranch)
                    {
                        return read;
                    }

                    break;
                case FlowControl.IndirectBranch:
                    FollowTable(body, passed);
                    return read;
                default:
                    return read;
            }
        }

        return read;
    }

    /// <summary>
    /// Follows a jump by a table to where its cases may begin: after each instruction that nothing falls through. A case that is only
    /// fallen into is followed by the one before it.
    /// </summary>
    private void FollowTable(Body body, int passed)
    {
        var decoder = body.DecoderAt(body.Function.Start);
        while (body.Holds(decoder.IP) && _stepsLeft-- > 0)
        {
            decoder.Decode(out var instruction);
            if (instruction.FlowControl is FlowControl.Return or FlowControl.UnconditionalBranch or FlowControl.IndirectBranch
                && body.Holds(instruction.NextIP))
            {
                body.Left.Push((instruction.NextIP, passed));
            }
        }
    }

    private int ReadBy(in Instruction instruction) =>
        instruction.Mnemonic == Mnemonic.Syscall
            ? All
            : Those(instruction, access => access is OpAccess.Read or OpAccess.CondRead or OpAccess.ReadWrite or OpAccess.ReadCondWrite);

    private int WrittenBy(in Instruction instruction) =>
        Those(instruction, access => access is OpAccess.Write or OpAccess.ReadWrite, minSize: sizeof(uint));

    private int Those(in Instruction instruction, Predicate<OpAccess> which, int minSize = 1)
    {
        var bits = 0;
        foreach (var used in _instructions.GetInfo(instruction).GetUsedRegisters())
        {
            var place = used.Register.IsGPR() && used.Register.GetSize() >= minSize && which(used.Access)
                ? Array.IndexOf(Registers, used.Register.GetFullRegister())
                : -1;
            bits |= place < 0 ? 0 : 1 << place;
        }

        return bits;
    }

    /// <summary>The code of a function, and the ways through it that were taken.</summary>
    /// <param name="Function">The function.</param>
    /// <param name="Code">The bytes of the function.</param>
    /// <param name="Left">Receives the branches that are to be followed, with the registers that still hold arguments.</param>
    /// <param name="Seen">The registers that held arguments when an address was reached.</param>
    private sealed record Body(
        FunctionRange Function, byte[] Code, Stack<(ulong Address, int Passed)> Left, Dictionary<ulong, int> Seen)
    {
        public bool Holds(ulong address) => address - Function.Start < (ulong)Code.Length;

        public Decoder DecoderAt(ulong address)
        {
            var start = (int)(address - Function.Start);
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(Code, start, Code.Length - start));
            decoder.IP = address;
            return decoder;
        }

        /// <summary>True when the address is one of the function, and is reached with an argument that it was not reached with.</summary>
        public bool IsNew(ulong address, int passed)
        {
            var before = Seen.GetValueOrDefault(address);
            Seen[address] = before | passed;
            return Holds(address) && (before | passed) != before;
        }
    }
}
