using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Processes;

namespace TraceAgent.Events.Shapes;

/// <summary>The decoded content of one record; the decoder fills the same instance again for every event.</summary>
public sealed class TracedEvent : StreamEvent
{
    private long _time;

    /// <summary>The shape of the event; null only before the first event.</summary>
    public KindShape Shape { get; private set; } = null!;

    /// <summary>The time of the hit; for a call, of its entry.</summary>
    public override long Time => _time;

    public override LogEventLevel Level => Shape.Level;

    public uint Pid { get; set; }

    public uint Tid { get; set; }

    public ProcessFacts Process { get; set; } = ProcessFacts.Unknown;

    public SiteName Site { get; private set; } = null!;

    /// <summary>The time from entry to return in ns as it was measured, for calls only.</summary>
    public ulong Duration { get; set; }

    /// <summary>
    /// The time that the two hits of the call have added to <see cref="Duration"/>, in ns; never more than it. 0 when not
    /// known.
    /// </summary>
    public ulong AddedByTracing { get; set; }

    /// <summary>The time that the call took without what tracing added, in ns, for calls only.</summary>
    public ulong OwnDuration => Duration - AddedByTracing;

    public ThreadName Comm { get; } = new();

    /// <summary>The values, as many as the shape has fields; the array may be longer.</summary>
    public DecodedValue[] Values { get; private set; } = [];

    /// <summary>The characters of all texts.</summary>
    public char[] Chars { get; private set; } = [];

    /// <summary>The values of all lists.</summary>
    public ulong[] Numbers { get; private set; } = [];

    public ReadOnlySpan<char> TextOf(in DecodedValue value) => Chars.AsSpan(value.TextStart, value.TextLength);

    public ReadOnlySpan<ulong> NumbersOf(in DecodedValue value) => Numbers.AsSpan(value.TextStart, value.TextLength);

    /// <summary>Begins an event of this shape, and makes the buffers large enough for it.</summary>
    public void Begin(KindShape shape, SiteName site, long time)
    {
        _time = time;
        if (ReferenceEquals(Shape, shape) && ReferenceEquals(Site, site))
        {
            return;
        }

        (Shape, Site) = (shape, site);
        if (Values.Length < shape.Fields.Length)
        {
            Values = new DecodedValue[shape.Fields.Length];
        }

        if (Numbers.Length < shape.ListCapacity)
        {
            Numbers = new ulong[shape.ListCapacity];
        }

        if (Chars.Length < shape.TextCapacity)
        {
            Chars = new char[shape.TextCapacity];
        }
    }

    public override void AppendMessage(LineBuffer into) => Shape.Message.Append(into, this);

    public override void AppendJsonMessage(LineBuffer into) => Shape.JsonMessage.Append(into, this);
}
