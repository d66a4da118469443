namespace TraceAgent.Capture.Plans;

/// <summary>
/// The offsets of everything in a record of the ring buffer. The compiler writes by it and the decoder reads by it; nothing else
/// knows an offset. Integers are in the byte order of the machine.
/// </summary>
/// <param name="Size">Bytes of the whole record, a multiple of 8.</param>
/// <param name="EntryPart">Offset of what was read on entry: the outcomes of scalars that can fail, then its fields.</param>
/// <param name="EntryPartSize">Bytes of the entry part.</param>
/// <param name="ReturnPart">Offset of what was read on return.</param>
/// <param name="Fields">Entry fields, then return fields.</param>
public sealed record RecordLayout(int Size, int EntryPart, int EntryPartSize, int ReturnPart, EquatableArray<FieldSlot> Fields)
{
    /// <summary>u64: CLOCK_MONOTONIC ns of the hit; for a call, of its entry.</summary>
    public const int TimeOffset = 0;

    /// <summary>u16: the slot of the probe that wrote the record.</summary>
    public const int SlotOffset = 8;

    /// <summary>u16: <see cref="EventKind"/>, with <see cref="LeftByJump"/> or without.</summary>
    public const int KindOffset = 10;

    /// <summary>The flag of a call that ended at a jump: what is read on return is not in the record.</summary>
    public const int LeftByJump = 0x100;

    /// <summary>u32: the cookie of the link, which is the index of the site in its probe.</summary>
    public const int SiteOffset = 12;

    /// <summary>u64: process ID in the upper half, thread ID in the lower, as bpf_get_current_pid_tgid gives them.</summary>
    public const int PidTidOffset = 16;

    /// <summary>16 bytes: the thread's name, NUL-terminated.</summary>
    public const int CommOffset = 24;

    public const int CommSize = 16;

    public const int HeaderSize = 40;

    /// <summary>u64, in records of calls only: ns from entry to return.</summary>
    public const int DurationOffset = 40;

    public static RecordLayout Of(EventKind kind, EquatableArray<CaptureField> entry, EquatableArray<CaptureField> @return)
    {
        var fields = new List<FieldSlot>(entry.Count + @return.Count);
        var entryPart = kind == EventKind.Call ? HeaderSize + 8 : HeaderSize;
        var returnPart = Place(entry, entryPart, fields);
        var size = Place(@return, returnPart, fields);
        return new RecordLayout(size, entryPart, returnPart - entryPart, returnPart, fields.ToEquatableArray());
    }

    /// <summary>The next multiple of 8.</summary>
    public static int Align(int size) => (size + 7) & ~7;

    private static int Place(EquatableArray<CaptureField> fields, int start, List<FieldSlot> into)
    {
        // Packed: each byte is written on the CPU of the traced thread, and fetched from there by the reader's.
        var outcome = start;
        var offset = start + Align(fields.Count(field => field.HasOutcomeOfItsOwn()));
        foreach (var field in fields)
        {
            int? outcomeAt = field switch
            {
                { Storage: not Storage.Scalar } => offset + Storage.HeadOutcome,
                _ when field.HasOutcomeOfItsOwn() => outcome++,
                _ => null,
            };
            into.Add(new FieldSlot(outcomeAt, offset, field.Storage));
            offset += field.Storage.Size;
        }

        return offset;
    }
}

/// <summary>The place of one field in its record.</summary>
/// <param name="OutcomeOffset">The offset of its <see cref="Outcome"/> byte; null when the value is always there.</param>
/// <param name="Offset">The offset of its value, a multiple of 8.</param>
/// <param name="Storage">The storage of the value there.</param>
public sealed record FieldSlot(int? OutcomeOffset, int Offset, Storage Storage)
{
    public Outcome OutcomeIn(ReadOnlySpan<byte> record) => OutcomeOffset is { } at ? (Outcome)record[at] : Outcome.Ok;
}
