using System.Buffers.Binary;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Tests.Expressions;

/// <summary>
/// Executes the part of BPF that expressions use, after RFC 9669 and with its numbers, so that a wrong constant of the
/// compiler does not agree with itself. Registers that calls may destroy are destroyed.
/// </summary>
internal sealed class BpfMachine(Surroundings surroundings, byte[] context)
{
    private const ulong StackTop = 0x7f00_0000_0000;
    private const ulong ContextAddress = 0x6f00_0000_0000;
    private const int StackSize = 512;
    private const long Efault = -14;

    /// <summary>The kernel's address of the thread.</summary>
    private const long Task = unchecked((long)0xffff_8880_0010_0000);

    /// <summary>Where the kernel keeps the thread pointer of a thread, bytes from its address.</summary>
    public const int ThreadPointer = 4960;

    /// <summary>The offset of the hit in its file, in the upper half of the cookie; its index is below.</summary>
    public const long SiteOffset = 0x4321;

    private readonly byte[] _stack = new byte[StackSize];

    public long[] Registers { get; } = new long[11];

    /// <returns>r0 at the exit.</returns>
    public long Run(ReadOnlySpan<Instruction> program)
    {
        Registers[6] = unchecked((long)ContextAddress);
        Registers[10] = unchecked((long)StackTop);
        for (var at = 0; ; at++)
        {
            var instruction = program[at];
            switch (instruction.Opcode)
            {
                case 0x18:
                    at++;
                    Registers[instruction.Destination] = (uint)instruction.Immediate | ((long)program[at].Immediate << 32);
                    continue;
                case 0x85:
                    Call(instruction.Immediate);
                    continue;
                case 0x95:
                    return Registers[0];
            }

            switch (instruction.Opcode & 7)
            {
                case 7:
                    Calculate(instruction);
                    break;
                case 5:
                    at += Jumps(instruction) ? instruction.Offset : 0;
                    break;
                case 1:
                    Load(instruction);
                    break;
                case 2:
                    Store(instruction, instruction.Immediate);
                    break;
                case 3:
                    Store(instruction, Registers[instruction.Source]);
                    break;
                default:
                    throw new InvalidOperationException($"no such instruction here: {instruction}");
            }
        }
    }

    private long Operand(Instruction instruction) =>
        (instruction.Opcode & 8) != 0 ? Registers[instruction.Source] : instruction.Immediate;

    private void Calculate(Instruction instruction)
    {
        var a = Registers[instruction.Destination];
        var b = Operand(instruction);
        Registers[instruction.Destination] = (instruction.Opcode >> 4) switch
        {
            0x0 => unchecked(a + b),
            0x1 => unchecked(a - b),
            0x2 => unchecked(a * b),
            0x3 => b == 0 ? 0 : (long)((ulong)a / (ulong)b),
            0x4 => a | b,
            0x5 => a & b,
            0x6 => a << (int)(b & 63),
            0x7 => a >>> (int)(b & 63),
            0x8 => unchecked(-a),
            0x9 => b == 0 ? a : (long)((ulong)a % (ulong)b),
            0xa => a ^ b,
            0xb => b,
            0xc => a >> (int)(b & 63),
            _ => throw new InvalidOperationException($"no such operation here: {instruction}"),
        };
    }

    private bool Jumps(Instruction instruction)
    {
        var a = Registers[instruction.Destination];
        var b = Operand(instruction);
        return (instruction.Opcode >> 4) switch
        {
            0x0 => true,
            0x1 => a == b,
            0x2 => (ulong)a > (ulong)b,
            0x3 => (ulong)a >= (ulong)b,
            0x4 => (a & b) != 0,
            0x5 => a != b,
            0x6 => a > b,
            0x7 => a >= b,
            0xa => (ulong)a < (ulong)b,
            0xb => (ulong)a <= (ulong)b,
            0xc => a < b,
            0xd => a <= b,
            _ => throw new InvalidOperationException($"no such comparison here: {instruction}"),
        };
    }

    private void Call(int function)
    {
        Registers[0] = function switch
        {
            5 => surroundings.Special(SpecialValue.Now),
            14 => (surroundings.Special(SpecialValue.Pid) << 32) | surroundings.Special(SpecialValue.Tid),
            15 => (surroundings.Special(SpecialValue.Gid) << 32) | surroundings.Special(SpecialValue.Uid),
            80 => surroundings.Special(SpecialValue.Cgroup),
            112 => ProbeReadUser(),
            113 => ProbeReadKernel(),
            114 => ProbeReadUserStr(),
            158 => Task,
            174 when Registers[1] == unchecked((long)ContextAddress) => (SiteOffset << 32) | 7,
            _ => throw new InvalidOperationException($"helper {function} is not for expressions"),
        };
        for (var register = 1; register <= 5; register++)
        {
            Registers[register] = 0x0bad_0bad_0bad_0bad;
        }
    }

    private long ProbeReadUser()
    {
        var target = Memory((ulong)Registers[1], (int)Registers[2]);
        if (surroundings.Read((ulong)Registers[3], target.Length) is { } bytes)
        {
            bytes.CopyTo(target);
            return 0;
        }

        target.Clear();
        return Efault;
    }

    private long ProbeReadKernel()
    {
        var target = Memory((ulong)Registers[1], (int)Registers[2]);
        if (Registers[3] != Task + ThreadPointer)
        {
            target.Clear();
            return Efault;
        }

        BinaryPrimitives.WriteInt64LittleEndian(target, surroundings.Special(SpecialValue.ThreadPointer));
        return 0;
    }

    /// <summary>How many bytes were written, with the NUL that is always there.</summary>
    private long ProbeReadUserStr()
    {
        var target = Memory((ulong)Registers[1], (int)Registers[2]);
        target.Clear();
        for (var i = 0; i < target.Length; i++)
        {
            // The kernel reads as many bytes, and then puts the NUL over the last one.
            if (surroundings.Read((ulong)Registers[3] + (ulong)i, 1) is not [var next])
            {
                return Efault;
            }

            if (next == 0)
            {
                return i + 1;
            }

            target[i] = i < target.Length - 1 ? next : (byte)0;
        }

        return target.Length;
    }

    private static int SizeOf(Instruction instruction) => (instruction.Opcode & 0x18) switch { 0x00 => 4, 0x08 => 2, 0x10 => 1, _ => 8 };

    private void Load(Instruction instruction)
    {
        Span<byte> wide = stackalloc byte[8];
        Memory(unchecked((ulong)(Registers[instruction.Source] + instruction.Offset)), SizeOf(instruction)).CopyTo(wide);
        Registers[instruction.Destination] = BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    private void Store(Instruction instruction, long value)
    {
        Span<byte> wide = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(wide, value);
        wide[..SizeOf(instruction)].CopyTo(
            Memory(unchecked((ulong)(Registers[instruction.Destination] + instruction.Offset)), SizeOf(instruction)));
    }

    private Span<byte> Memory(ulong address, int size) => address >= ContextAddress && address < ContextAddress + (ulong)context.Length
        ? context.AsSpan((int)(address - ContextAddress), size)
        : _stack.AsSpan((int)(address - (StackTop - StackSize)), size);
}
