namespace TraceAgent.Capture.Plans;

/// <summary>The moment at which a rule's events happen: the <c>on:</c> of a rule.</summary>
public enum ProbeTrigger
{
    Entry,
    Return,

    /// <summary>Two events: one on entry, one on return.</summary>
    Both,

    /// <summary>One event per completed call: arguments as they were on entry, return value, duration.</summary>
    Call,
}

/// <summary>The kind of one event, as it stands in a record's header.</summary>
public enum EventKind
{
    Entry = 1,
    Return = 2,
    Call = 3,
}

/// <summary>
/// The kernel program of a probe: what it reads, and in which order. With the sites it is a probe's identity: two equal plans
/// compile to the same instructions.
/// </summary>
/// <param name="Architecture">The architecture of the probed binary.</param>
/// <param name="Trigger">The moment at which events happen.</param>
/// <param name="EntryFields">The fields that are read when the function is entered.</param>
/// <param name="ReturnFields">The fields that are read when it returns.</param>
public sealed record CapturePlan(
    Architecture Architecture,
    ProbeTrigger Trigger,
    EquatableArray<CaptureField> EntryFields,
    EquatableArray<CaptureField> ReturnFields)
{
    /// <summary>The condition on entry: a hit is filtered when it is 0, or cannot be computed. Null for no condition.</summary>
    public Expr? EntryCondition { get; init; }

    /// <summary>The condition on return; for calls it may use <see cref="Expr.EntryField"/> and the duration.</summary>
    public Expr? ReturnCondition { get; init; }

    /// <summary>True when calls that have been measured may have no record: only their return decides that.</summary>
    public bool MeasuresLeftOut => Trigger == ProbeTrigger.Call && ReturnCondition is not null;

    /// <summary>The sampling rate: of the hits that pass the conditions, on average one in this many is logged; 1 to 1,000,000.</summary>
    public int SampleEvery { get; init; } = 1;

    /// <summary>The limit in events per second, with a burst of twice that; 0 for no limit, at most 1,000,000.</summary>
    public int LimitPerSecond { get; init; }

    /// <summary>True when returns are hits of the function's RET instructions: see <c>SiteAbi.ReturnsAtInstructions</c>.</summary>
    public bool ReturnsAtInstructions { get; init; }

    /// <summary>True when returns may also be hits of other functions' instructions: see <c>SiteAbi.LeavesByJumps</c>.</summary>
    public bool LeavesByJumps { get; init; }

    /// <summary>True when some hits of the entry are no calls: see <c>SiteAbi.Restarts</c>.</summary>
    public bool Restarts { get; init; }

    /// <summary>True when a return is taken only when its entry was: entries are kept until then.</summary>
    public bool PairsCalls => Pairs(Trigger, LeavesByJumps);

    /// <summary>True when returns at such sites are taken only together with their entries.</summary>
    /// <param name="trigger">The moment at which events happen.</param>
    /// <param name="leavesByJumps">See <c>SiteAbi.LeavesByJumps</c>.</param>
    public static bool Pairs(ProbeTrigger trigger, bool leavesByJumps) =>
        trigger == ProbeTrigger.Call || (leavesByJumps && trigger != ProbeTrigger.Entry);

    /// <summary>True when programs read the thread pointer.</summary>
    public bool UsesThreadPointer => Uses(SpecialValue.ThreadPointer, EntryFields, EntryCondition)
        || Uses(SpecialValue.ThreadPointer, ReturnFields, ReturnCondition);

    /// <summary>True when programs need registers as they were on entry of the function that runs.</summary>
    public bool UsesEntryValue => EntryCondition?.UsesEntryValue() == true || EntryFields.Any(one => one.UsesEntryValue());

    /// <summary>
    /// True when the entry of a call keeps where the file lies for its return: what ends a call knows only to which entry it belongs.
    /// </summary>
    public bool KeepsLoadAddress => PairsCalls && Uses(SpecialValue.LoadAddress, ReturnFields, ReturnCondition);

    /// <summary>The DWARF number of the register with the goroutine whose call it is; null when calls are the thread's.</summary>
    public int? GoroutineRegister { get; init; }

    /// <summary>True when programs never wait for a page: what is not in memory is a fault.</summary>
    public bool ReadsPlainly { get; init; }

    private static bool Uses(SpecialValue value, EquatableArray<CaptureField> fields, Expr? condition) =>
        condition?.Uses(value) == true || fields.Any(field => field.Uses(value));

    /// <summary>The kinds of event that this plan makes.</summary>
    public EquatableArray<EventKind> Kinds => Trigger switch
    {
        ProbeTrigger.Entry => [EventKind.Entry],
        ProbeTrigger.Return => [EventKind.Return],
        ProbeTrigger.Both => [EventKind.Entry, EventKind.Return],
        _ => [EventKind.Call],
    };

    /// <summary>The fields of an event of this kind, in the order of its record.</summary>
    public EquatableArray<CaptureField> FieldsOf(EventKind kind) => kind switch
    {
        EventKind.Entry => EntryFields,
        EventKind.Return => ReturnFields,
        _ => EntryFields.Concat(ReturnFields).ToEquatableArray(),
    };

    public RecordLayout LayoutOf(EventKind kind) => kind switch
    {
        EventKind.Entry => RecordLayout.Of(kind, EntryFields, []),
        EventKind.Return => RecordLayout.Of(kind, [], ReturnFields),
        _ => RecordLayout.Of(kind, EntryFields, ReturnFields),
    };
}

/// <summary>One value: how to compute it and how it lies in the record.</summary>
public sealed record CaptureField(Expr Value, Storage Storage)
{
    /// <summary>
    /// True when the value has an outcome byte in the record. False for values that registers and the kernel give, and for those
    /// that have their outcome in their head.
    /// </summary>
    public bool HasOutcomeOfItsOwn() => Storage is Storage.Scalar && Value.CanFail();

    /// <summary>True when reading the value needs this one.</summary>
    public bool Uses(SpecialValue value) => Value.Uses(value)
        || (Storage is Storage.Bytes bytes && (bytes.Length.Uses(value) || bytes.NullWhenZero?.Uses(value) == true));

    /// <summary>True when reading the value needs a register as it was on entry of the function that runs.</summary>
    public bool UsesEntryValue() => Value.UsesEntryValue()
        || (Storage is Storage.Bytes bytes && (bytes.Length.UsesEntryValue() || bytes.NullWhenZero?.UsesEntryValue() == true));

    /// <summary>
    /// True for a value read on return that is missing when the call ends at a jump: it needs registers or memory as the function
    /// leaves them.
    /// </summary>
    public bool NeedsResult() => Value.ReadsHit() || Storage is not Plans.Storage.Scalar;
}
