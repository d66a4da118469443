using System.Text;

namespace TraceAgent.Bpf.Compiler;

/// <summary>Prints instructions in the notation of the kernel's verifier log.</summary>
public static class Disassembler
{
    private static readonly string[] ArithmeticSigns =
        ["+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "neg", "%=", "^=", "=", "s>>="];

    private static readonly string?[] Comparisons =
        [null, "==", ">", ">=", "&", "!=", "s>", "s>=", null, null, "<", "<=", "s<", "s<="];

    /// <summary>Prints one line per instruction, with its number; jumps show the number they lead to.</summary>
    public static string Describe(ReadOnlySpan<Instruction> program)
    {
        var text = new StringBuilder();
        for (var i = 0; i < program.Length; i++)
        {
            var next = i + 1 < program.Length ? program[i + 1] : (Instruction?)null;
            text.Append(i).Append(": ").Append(Describe(program[i], next, i)).Append('\n');
            if (program[i].Opcode == Opcode.LoadImmediate64)
            {
                i++;
            }
        }

        return text.ToString();
    }

    internal static string Describe(Instruction instruction, Instruction? next, int at = -1)
    {
        var destination = $"r{instruction.Destination}";
        var operand = (instruction.Opcode & Opcode.FromRegister) != 0 ? $"r{instruction.Source}" : $"{instruction.Immediate}";
        var target = at < 0 ? $"{instruction.Offset:+0;-0}" : $"{at + 1 + instruction.Offset}";
        switch (instruction.Opcode)
        {
            case Opcode.LoadImmediate64:
                var high = next?.Immediate ?? 0;
                return instruction.Source switch
                {
                    Opcode.FunctionAddress => $"{destination} = function {at + 1 + instruction.Immediate}",
                    Opcode.MapFd => $"{destination} = map[{instruction.Immediate}]",
                    Opcode.MapValue => $"{destination} = map[{instruction.Immediate}]+{high}",
                    _ => $"{destination} = 0x{(((ulong)(uint)high) << 32) | (uint)instruction.Immediate:x}",
                };
            case Opcode.Call when instruction.Source == Opcode.KernelFunction:
                return $"call kernel#{instruction.Immediate}";
            case Opcode.Call when instruction.Source == Opcode.OwnFunction:
                return $"call {at + 1 + instruction.Immediate}";
            case Opcode.Call:
                return $"call {(BpfFunction)instruction.Immediate}";
            case Opcode.Exit:
                return "exit";
            case Opcode.JumpAlways:
                return $"goto {target}";
            case Opcode.Atomic64 when instruction.Immediate == Opcode.CompareExchange:
                return $"r0 = cmpxchg {Memory(instruction, instruction.Destination)}, r0, r{instruction.Source}";
            case Opcode.Atomic64:
                return $"lock {Memory(instruction, instruction.Destination)} += r{instruction.Source}";
        }

        return (instruction.Opcode & Opcode.ClassMask) switch
        {
            Opcode.LoadMemory & Opcode.ClassMask => $"{destination} = {Memory(instruction, instruction.Source)}",
            Opcode.StoreImmediate & Opcode.ClassMask => $"{Memory(instruction, instruction.Destination)} = {instruction.Immediate}",
            Opcode.StoreRegister & Opcode.ClassMask => $"{Memory(instruction, instruction.Destination)} = r{instruction.Source}",
            Opcode.Jump when (instruction.Opcode >> 4) is var comparison && comparison < Comparisons.Length =>
                $"if {destination} {Comparisons[comparison]} {operand} goto {target}",
            Opcode.Jump32 when (instruction.Opcode >> 4) is var comparison && comparison < Comparisons.Length =>
                $"if w{instruction.Destination} {Comparisons[comparison]} {instruction.Immediate} goto {target}",
            Opcode.Arithmetic when (instruction.Opcode & 0xf0) == Opcode.Negate => $"{destination} = -{destination}",
            Opcode.Arithmetic when (instruction.Opcode >> 4) is var sign && sign < ArithmeticSigns.Length =>
                $"{destination} {ArithmeticSigns[sign]} {operand}",
            _ => $"0x{instruction.Encoded:x16}",
        };
    }

    private static string Memory(Instruction instruction, byte register)
    {
        var size = (instruction.Opcode & 0x18) switch { 0x10 => 8, 0x08 => 16, 0x00 => 32, _ => 64 };
        return $"*(u{size} *)(r{register} {(instruction.Offset < 0 ? '-' : '+')}{Math.Abs((int)instruction.Offset)})";
    }
}
