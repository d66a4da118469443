using TraceAgent.Capture;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The state that the parts of one program share while it is emitted.</summary>
internal sealed class ProgramCode
{
    private bool _threadIsKnown;
    private bool _cookieIsKnown;

    public ProgramCode(CapturePlan plan, ProbeBinding binding, RecordLayout? callLayout = null)
    {
        Plan = plan;
        Binding = binding;
        var waits = plan.ReadsPlainly ? null : binding.Waits;
        var limit = waits is null ? StackFrame.Limit : StackFrame.Limit + PageCheck.StackSize;
        Expressions = Below(StackFrame.Temporaries);
        BelowCallValue = Below(StackFrame.CallValue);
        Touch = waits is null ? null : new PageTouch(Code, Expressions, new PageCheck(Code, waits));

        ExprCompiler Below(int stackTop) =>
            new(Code, plan.Architecture, stackTop, callLayout, limit)
            {
                ThreadPointer = binding.ThreadPointer,
                ThreadStart = binding.ThreadStart,
                EntryValues = binding.EntryValues,
                KeptLoadAddress = callLayout is null ? null : InFlightLayout.LoadAddress(plan),
            };
    }

    public CapturePlan Plan { get; }

    public ProbeBinding Binding { get; }

    public Assembler Code { get; } = new();

    /// <summary>The label where the program ends.</summary>
    public Label Exit { get; } = new();

    public ExprCompiler Expressions { get; }

    /// <summary>Computes what goes into <see cref="StackFrame.CallValue"/>.</summary>
    private ExprCompiler BelowCallValue { get; }

    /// <summary>The code that waits for pages; null where programs must not wait, and a page that is not in memory is a fault.</summary>
    public PageTouch? Touch { get; }

    /// <summary>Puts process and thread into r0 as bpf_get_current_pid_tgid gives them; calls the helper only once.</summary>
    public void FindThread()
    {
        if (_threadIsKnown)
        {
            Code.Load(Reg.R0, Reg.Frame, StackFrame.Thread);
            return;
        }

        Code.Call(BpfFunction.GetCurrentPidTgid);
        Code.Store(Reg.Frame, StackFrame.Thread, Reg.R0);
        _threadIsKnown = true;
    }

    /// <summary>Puts the cookie of the site into r0; calls the helper only once.</summary>
    public void FindCookie()
    {
        if (_cookieIsKnown)
        {
            Code.Load(Reg.R0, Reg.Frame, StackFrame.Cookie);
            return;
        }

        Code.Move(Reg.R1, Reg.R6);
        Code.Call(BpfFunction.GetAttachCookie);
        Code.Store(Reg.Frame, StackFrame.Cookie, Reg.R0);
        _cookieIsKnown = true;
    }

    /// <summary>Puts the address of this CPU's counters into r9, and notes that there is something to count.</summary>
    public void FindCounters()
    {
        Code.Store(Reg.Frame, StackFrame.SlotKey, (int)Binding.Slot, 4);
        Map(BpfFunction.MapLookup, Binding.Counters, StackFrame.SlotKey);
        Code.JumpIf(Opcode.IfEqual, Reg.R0, 0, Exit);
        Code.Move(Reg.R9, Reg.R0);

        var isNoted = new Label();
        Code.MapValue(Reg.R1, Binding.Control, ControlLayout.HitFlag(Binding.Slot));
        Code.Load(Reg.R2, Reg.R1, 0, 1);
        Code.JumpIf(Opcode.IfNotEqual, Reg.R2, 0, isNoted);
        Code.Store(Reg.R1, 0, 1, 1);
        Code.Place(isNoted);
    }

    /// <summary>
    /// Adds 1 to a counter, atomically although the counters are the CPU's own: a program on a uprobe can be preempted by another
    /// one.
    /// </summary>
    public void Count(int counter)
    {
        Code.Set(Reg.R1, 1);
        Code.AtomicAdd(Reg.R9, counter, Reg.R1);
    }

    /// <summary>Calls a helper of maps with a key on the stack.</summary>
    public void Map(BpfFunction function, int map, int key, Action? more = null)
    {
        Code.MapFd(Reg.R1, map);
        Code.Move(Reg.R2, Reg.Frame);
        Code.Arithmetic(Opcode.Add, Reg.R2, key);
        more?.Invoke();
        Code.Call(function);
    }

    /// <param name="fields">The fields to read.</param>
    /// <param name="layout">The layout of the record.</param>
    /// <param name="first">Index of the first of them there.</param>
    /// <param name="withResult">False where the function has no result yet: what needs it is left out.</param>
    public FieldCompiler Fields(EquatableArray<CaptureField> fields, RecordLayout layout, int first, bool withResult = true) => new(
        Code, Expressions, Touch,
        [.. fields.Select((field, i) => (field, layout.Fields[first + i])).Where(one => withResult || !one.field.NeedsResult())]);

    /// <summary>The fields of a call that lie in <see cref="StackFrame.CallValue"/>.</summary>
    public FieldCompiler FieldsOnStack(EquatableArray<CaptureField> fields, RecordLayout layout) => new(
        Code, BelowCallValue, Touch, [.. fields.Select((field, i) => (field, layout.Fields[i]))]);

    /// <summary>
    /// Ends the program. From 6.13 on, the kernel gives a program with 64 bytes of stack or more one stack per CPU, believing
    /// that the same program cannot begin there again before it ends (kernel/bpf/verifier.c, bpf_enable_priv_stack). On a uprobe
    /// it can: where the kernel is preemptible, and where a program waits for a page. Two hits then overwrite each other's keys.
    /// A program with a tail call keeps the thread's own stack; this one is behind a condition that the verifier knows, and
    /// removes.
    /// </summary>
    public ProbeProgram Finish(bool onReturn)
    {
        var end = new Label();
        Code.Place(Exit);
        Code.Set(Reg.R0, 0);
        Code.JumpIf(Opcode.IfEqual, Reg.R0, 0, end);
        Code.Call(BpfFunction.TailCall);
        Code.Place(end);
        Code.Exit();
        var functions = Touch?.Check.EmitFunctions();
        return new ProbeProgram(onReturn, functions is not null, Code.Finish()) { Functions = functions };
    }
}
