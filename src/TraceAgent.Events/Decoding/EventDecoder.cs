using System.Runtime.InteropServices;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Shapes;

namespace TraceAgent.Events.Decoding;

/// <summary>
/// Turns records of the ring buffer into events. One thread only. Any bytes give an event or a count; the event is valid
/// until the next call, which fills it again.
/// </summary>
public sealed class EventDecoder
{
    private readonly WallClock _clock;
    private readonly ProcessNames _processes;
    private readonly CgroupNames _cgroups;
    private readonly TracedEvent _traced = new();
    private readonly CharacterDecoder _characters = new();
    private readonly ListDecoder _lists = new();

    public EventDecoder(WallClock clock, ProcessNames processes, CgroupNames cgroups)
    {
        _clock = clock;
        _processes = processes;
        _cgroups = cgroups;
    }

    /// <summary>The times that are subtracted from the durations that messages show.</summary>
    public AddedTimes Added { get; } = new();

    /// <summary>Records that were shorter than their layout.</summary>
    public long ShortRecords { get; private set; }

    /// <summary>Records of a kind or site that their shape does not have.</summary>
    public long ForeignRecords { get; private set; }

    /// <summary>The event of one record; null, and counted, when the record is not one of this shape.</summary>
    public TracedEvent? Decode(ReadOnlySpan<byte> record, EventShape shape)
    {
        if (record.Length < RecordLayout.HeaderSize)
        {
            ShortRecords++;
            return null;
        }

        var word = Read<ushort>(record, RecordLayout.KindOffset);
        var leftByJump = (word & RecordLayout.LeftByJump) != 0;
        var kind = shape.Find(word & ~(uint)RecordLayout.LeftByJump);
        var site = Read<uint>(record, RecordLayout.SiteOffset);
        if (kind is null || site >= (uint)kind.Sites.Length)
        {
            ForeignRecords++;
            return null;
        }

        if (record.Length < kind.Layout.Size)
        {
            ShortRecords++;
            return null;
        }

        Fill(record, kind, kind.Sites[site], leftByJump);
        return _traced;
    }

    private void Fill(ReadOnlySpan<byte> record, KindShape kind, SiteName site, bool leftByJump)
    {
        var traced = _traced;
        var time = Read<ulong>(record, RecordLayout.TimeOffset);
        var pidTid = Read<ulong>(record, RecordLayout.PidTidOffset);
        traced.Begin(kind, site, _clock.ToUtc(time));
        traced.Pid = (uint)(pidTid >> 32);
        traced.Tid = (uint)pidTid;
        if (kind.HasDuration)
        {
            traced.Duration = Read<ulong>(record, RecordLayout.DurationOffset);
            traced.AddedByTracing = Math.Min(traced.Duration, Added[site.IsEmulated, kind.ReturnsAtInstructions]);
        }

        var comm = Read<UInt128>(record, RecordLayout.CommOffset);
        traced.Comm.Set(comm);
        traced.Process = _processes.Find((int)traced.Pid, traced.Pid == traced.Tid, comm, time);
        var (used, numbers) = (0, 0);
        for (var i = 0; i < kind.Fields.Length; i++)
        {
            var field = kind.Fields[i];
            if (leftByJump && field.NeedsResult)
            {
                traced.Values[i] = new DecodedValue { Outcome = Outcome.LeftByJump };
            }
            else if (field.Form == FieldForm.Cgroup)
            {
                used = DecodeCgroup(record, field, used, ref traced.Values[i], time);
            }
            else if (field.IsCharacters)
            {
                used = _characters.Decode(record, field, traced.Chars, used, ref traced.Values[i]);
            }
            else if (field.Form == FieldForm.List)
            {
                var start = numbers;
                numbers = _lists.Decode(record, field, traced.Numbers, numbers, ref traced.Values[i]);
                MarkFunctions(record, kind, field, traced.Numbers.AsSpan(start, numbers - start));
            }
            else
            {
                DecodeScalar(record, field, ref traced.Values[i]);
                if (field.Form == FieldForm.Scalar)
                {
                    MarkFunctions(record, kind, field, new Span<ulong>(ref traced.Values[i].Bits));
                }
            }
        }
    }

    /// <summary>Marks the pointers that lead to functions of the file.</summary>
    private static void MarkFunctions(ReadOnlySpan<byte> record, KindShape kind, EventField field, Span<ulong> pointers)
    {
        if (field.Functions is not { } functions)
        {
            return;
        }

        var distance = kind.DistanceIn(record);
        foreach (ref var pointer in pointers)
        {
            pointer = functions.Marked(pointer, distance);
        }
    }

    private int DecodeCgroup(ReadOnlySpan<byte> record, EventField field, int used, ref DecodedValue value, ulong time)
    {
        var name = _cgroups.Find(Read<ulong>(record, field.Slot.Offset), (int)_traced.Pid, time);
        name.CopyTo(_traced.Chars.AsSpan(used));
        value = new DecodedValue { TextStart = used, TextLength = name.Length };
        return used + name.Length;
    }

    private static void DecodeScalar(ReadOnlySpan<byte> record, EventField field, ref DecodedValue value)
    {
        value = default;
        if (field.Form == FieldForm.Redacted)
        {
            value.Redacted = true;
            return;
        }

        if (field.Form == FieldForm.Missing)
        {
            value.Outcome = field.WhyMissing;
            return;
        }

        if (field.Part is not null)
        {
            value.Bits = field.Normalise(MemoryPart.Scalar(record, field, ref value));
            return;
        }

        value.Outcome = field.Slot.OutcomeIn(record);
        value.Bits = field.Normalise(Read<ulong>(record, field.Slot.Offset));
    }

    private static T Read<T>(ReadOnlySpan<byte> record, int offset)
        where T : struct => MemoryMarshal.Read<T>(record[offset..]);
}
