using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Tests;

/// <summary>Follows every path through a program and watches the ring record.</summary>
internal static class RecordPaths
{
    public static void AssertSound(Instruction[] program)
    {
        var seen = new HashSet<(int At, bool Held)>();
        var open = new Stack<(int At, bool Held)>([(0, false)]);
        while (open.TryPop(out var state))
        {
            var (at, held) = state;
            if (!seen.Add(state))
            {
                continue;
            }

            Assert.True(at < program.Length, "a path runs past the end");
            var instruction = program[at];
            switch (instruction.Opcode)
            {
                case Opcode.LoadImmediate64:
                    open.Push((at + 2, held));
                    break;
                case Opcode.Exit:
                    Assert.False(held, $"the exit at {at} is reached with a record");
                    break;
                case Opcode.JumpAlways:
                    open.Push((at + 1 + instruction.Offset, held));
                    break;
                case Opcode.Call when instruction.Source == Opcode.KernelFunction:
                    open.Push((at + 1, held));
                    break;
                case Opcode.Call when instruction.Source == Opcode.OwnFunction:
                    Assert.False(held, $"{at} waits with a record");
                    open.Push((at + 1, held));
                    break;
                case Opcode.Call:
                    Call(program, at, held, open);
                    break;
                default:
                    open.Push((at + 1, held));
                    if ((instruction.Opcode & Opcode.ClassMask) == Opcode.Jump)
                    {
                        open.Push((at + 1 + instruction.Offset, held));
                    }

                    break;
            }
        }
    }

    private static void Call(Instruction[] program, int at, bool held, Stack<(int At, bool Held)> open)
    {
        switch ((BpfFunction)program[at].Immediate)
        {
            case BpfFunction.RingbufReserve:
                Assert.False(held, $"{at} reserves a second record");
                var test = program[at + 1];
                Assert.Equal((Opcode.Jump | Opcode.IfNotEqual, 0, 0), ((int)test.Opcode, test.Destination, test.Immediate));
                open.Push((at + 2 + test.Offset, true));
                open.Push((at + 2, false));
                return;
            case BpfFunction.RingbufSubmit or BpfFunction.RingbufDiscard:
                Assert.True(held, $"{at} gives back a record that is not held");
                held = false;
                break;
            case BpfFunction.CopyFromUser:
                Assert.False(held, $"{at} waits with a record");
                break;
        }

        open.Push((at + 1, held));
    }
}
