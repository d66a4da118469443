using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>
/// The time that the two hits of a call add to its measured duration on this machine, in ns: from where the program at the entry takes the
/// time to the end of that hit, and from the beginning of the hit at its end to where that program takes the time. 0 where it
/// could not be measured.
/// </summary>
/// <param name="EmulatedNs">The time that is added where the first instruction is emulated, and the end seen at an instruction.</param>
/// <param name="SteppedNs">The same where the first instruction is single-stepped.</param>
/// <param name="AtCallerNs">The time that is added where the first instruction is emulated, and the end seen at the caller.</param>
public readonly record struct AddedDuration(double EmulatedNs, double SteppedNs, double AtCallerNs)
{
    /// <param name="isEmulated">The first instruction is emulated, and not single-stepped.</param>
    /// <param name="atInstructions">The end is seen at an instruction of the function, and not at the caller.</param>
    public double Of(bool isEmulated, bool atInstructions) =>
        (isEmulated ? EmulatedNs : SteppedNs) + (atInstructions ? 0 : AtCallerNs - EmulatedNs);

    /// <summary>
    /// Measures by calls of two functions that do nothing, whose duration is what is added: the mean of the best round, so that
    /// most calls have at least this much of it.
    /// </summary>
    /// <param name="method">The method of attaching.</param>
    /// <param name="code"><see cref="HitCost.Emulated"/> at its beginning, and <see cref="HitCost.Stepped"/>.</param>
    /// <param name="steppedAt">The offset of the latter.</param>
    /// <exception cref="KernelException">The kernel refused.</exception>
    internal static AddedDuration Measure(AttachMethod method, TestFunction code, int steppedAt)
    {
        using var calls = BpfMap.Create(
            MapType.Hash, "ta_time_calls", new MapSize(StackFrame.CallKeySize, StackFrame.CallValueSize, 1), BpfMap.NoPreallocation);
        using var times = BpfMap.Create(MapType.Array, "ta_times", new MapSize(sizeof(uint), sizeof(ulong), 1));
        var attachType = method == AttachMethod.Multi ? UprobeLink.TraceUprobeMulti : 0;
        using var entry = BpfProgram.Load(Entry(calls.Fd), "ta_time_entry", attachType);
        using var exit = BpfProgram.Load(Exit(calls.Fd, times.Fd), "ta_time_exit", attachType);
        return new AddedDuration(
            Timed(0, HitCost.Emulated.Length - 1),
            Timed(steppedAt, steppedAt + HitCost.Stepped.Length - 1),
            Timed(0, null));

        double Timed(int function, int? ret)
        {
            var file = new UprobeFile(code.Path, "a function of our own");
            using var atExit = UprobeLink.Attach(
                method, exit, file, [new UprobePlace((ulong)(ret ?? function), 0)], onReturn: ret is null);
            using var atEntry = UprobeLink.Attach(method, entry, file, [new UprobePlace((ulong)function, 0)], onReturn: false);
            var best = double.MaxValue;
            var before = Sum(times);
            for (var round = 0; round < HitCost.Rounds; round++)
            {
                code.Call(function, HitCost.Calls);
                var sum = Sum(times);
                best = Math.Min(best, (double)(sum - before) / HitCost.Calls);
                before = sum;
            }

            return best;
        }
    }

    private static ProbeProgram Entry(int calls)
    {
        var code = new Assembler();
        for (var at = Kept.Value; at < 0; at += 8)
        {
            code.Store(Reg.Frame, at, 0, 8);
        }

        code.Call(BpfFunction.KtimeGetNs);
        code.Store(Reg.Frame, Kept.Value, Reg.R0);
        Map(code, BpfFunction.MapUpdate, calls, () =>
        {
            code.Move(Reg.R3, Reg.Frame);
            code.Arithmetic(Opcode.Add, Reg.R3, Kept.Value);
            code.Set(Reg.R4, 0);
        });
        return Finish(code, onReturn: false);
    }

    private static ProbeProgram Exit(int calls, int sum)
    {
        var code = new Assembler();
        var none = new Label();
        code.Call(BpfFunction.KtimeGetNs);
        code.Move(Reg.R6, Reg.R0);
        for (var at = Kept.Key; at < 0; at += 8)
        {
            code.Store(Reg.Frame, at, 0, 8);
        }

        Map(code, BpfFunction.MapLookup, calls);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, none);
        code.Load(Reg.R1, Reg.R0, 0);
        code.Arithmetic(Opcode.Subtract, Reg.R6, Reg.R1);
        code.MapValue(Reg.R1, sum, 0);
        code.AtomicAdd(Reg.R1, 0, Reg.R6);
        Map(code, BpfFunction.MapDelete, calls);
        code.Place(none);
        return Finish(code, onReturn: true);
    }

    private static void Map(Assembler code, BpfFunction function, int map, Action? more = null)
    {
        code.MapFd(Reg.R1, map);
        code.Move(Reg.R2, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R2, Kept.Key);
        more?.Invoke();
        code.Call(function);
    }

    private static ProbeProgram Finish(Assembler code, bool onReturn)
    {
        code.Set(Reg.R0, 0);
        code.Exit();
        return new ProbeProgram(onReturn, Sleepable: false, code.Finish());
    }

    private static ulong Sum(BpfMap times)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        return times.TryLookup(stackalloc byte[sizeof(uint)], value) ? MemoryMarshal.Read<ulong>(value) : 0;
    }

    /// <summary>The stack of the two programs, which keep the call in a table as the programs of rules do.</summary>
    private static class Kept
    {
        public const int Key = -StackFrame.CallKeySize;
        public const int Value = Key - StackFrame.CallValueSize;
    }
}
