using Iced.Intel;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Instructions;

/// <summary>
/// The beginning of Go functions on x86-64: most check whether the stack is large enough, and begin again when it was not
/// (stacksplit in cmd/internal/obj/x86/obj6.go).
/// </summary>
internal static class GoPrologue
{
    private const int MaxFunctionBytes = 16 << 20;
    private const int MaxInstructions = 24;

    // stackguard0 and stackguard1 of runtime.g.
    private const ulong Guard = 0x10;
    private const ulong SystemGuard = 0x18;

    /// <summary>
    /// The first address that is reached once by each call, with the arguments and the stack pointer of its entry: after the
    /// check, or the start of a function that has none. Null when the code is not understood.
    /// </summary>
    /// <param name="image">The image, for x86-64.</param>
    /// <param name="function">The function of Go.</param>
    /// <param name="passesInRegisters">True when the content of argument registers must not be changed.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static ulong? FirstSafe(ElfImage image, FunctionRange function, bool passesInRegisters)
    {
        if (image.FileOffsetOf(function.Start) is not { } offset
            || image.File.ReadOrNull(offset, function.End - function.Start, MaxFunctionBytes) is not { } code)
        {
            return null;
        }

        var safe = AfterCheck(code, function, passesInRegisters) ?? function.Start;

        // Reached by a branch, it is passed more than once: a loop, or a check that was not understood.
        return IsBranchTarget(code, function, safe) ? null : safe;
    }

    private static ulong? AfterCheck(byte[] code, FunctionRange function, bool passesInRegisters)
    {
        var decoder = DecoderAt(code, function, function.Start);
        var registers = new InstructionInfoFactory();
        var readsGuard = false;
        ulong? after = null;
        for (var i = 0; i < MaxInstructions; i++)
        {
            decoder.Decode(out var instruction);
            if (instruction.FlowControl == FlowControl.ConditionalBranch)
            {
                if (!StartsAgain(code, function, instruction.NearBranchTarget))
                {
                    return after;
                }

                // The first of several asks whether the guard asks for preemption.
                after = readsGuard ? instruction.NextIP : after;
                continue;
            }

            if (instruction.IsInvalid || instruction.FlowControl != FlowControl.Next)
            {
                return after;
            }

            readsGuard |= instruction.MemoryBase is Register.R14 or Register.RCX
                && instruction.MemoryDisplacement64 is Guard or SystemGuard;
            var info = registers.GetInfo(instruction);
            if (info.GetUsedMemory().Any(memory => IsWritten(memory.Access))
                || info.GetUsedRegisters().Any(
                    used => IsWritten(used.Access) && !MayChange(used.Register.GetFullRegister(), passesInRegisters)))
            {
                return after;
            }
        }

        return after;
    }

    private static bool IsWritten(OpAccess access) =>
        access is OpAccess.Write or OpAccess.CondWrite or OpAccess.ReadWrite or OpAccess.ReadCondWrite;

    private static bool MayChange(Register register, bool passesInRegisters) =>
        passesInRegisters ? register is Register.R12 or Register.R13 : register is not (Register.RSP or Register.RDX);

    /// <summary>True when the code at an address saves registers, calls (runtime.morestack) and goes back to the start.</summary>
    private static bool StartsAgain(byte[] code, FunctionRange function, ulong address)
    {
        if (!function.Holds(address))
        {
            return false;
        }

        var decoder = DecoderAt(code, function, address);
        var calls = false;
        for (var i = 0; i < 2 * MaxInstructions; i++)
        {
            decoder.Decode(out var instruction);
            switch (instruction.FlowControl)
            {
                case FlowControl.Next when !instruction.IsInvalid:
                    break;
                case FlowControl.Call when !calls:
                    calls = true;
                    break;
                case FlowControl.UnconditionalBranch when instruction.Op0Kind == OpKind.NearBranch64:
                    return calls && instruction.NearBranchTarget == function.Start;
                default:
                    return false;
            }
        }

        return false;
    }

    private static bool IsBranchTarget(byte[] code, FunctionRange function, ulong address)
    {
        var decoder = DecoderAt(code, function, function.Start);
        while (decoder.IP < function.End)
        {
            decoder.Decode(out var instruction);
            if (instruction.Op0Kind == OpKind.NearBranch64
                && instruction.NearBranchTarget == address && instruction.FlowControl != FlowControl.Call)
            {
                return true;
            }
        }

        return false;
    }

    private static Decoder DecoderAt(byte[] code, FunctionRange function, ulong address)
    {
        var start = (int)(address - function.Start);
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code, start, code.Length - start));
        decoder.IP = address;
        return decoder;
    }
}
