using System.Globalization;
using Serilog.Events;
using TraceAgent.Capture.Formatting;
using TraceAgent.Rules;

namespace TraceAgent.Events.PacketLines;

/// <summary>The kind of a line of a packet rule.</summary>
public enum PacketEventKind
{
    /// <summary>The traffic of a source, or of the others together, in an interval.</summary>
    Packets,

    /// <summary>A source is dropped for the first time.</summary>
    Dropped,

    /// <summary>The traffic of a source, or of the others together, in total.</summary>
    Total,
}

/// <summary>The sources that a line of a packet rule is about.</summary>
/// <param name="Source">An address; null for several sources together.</param>
/// <param name="Sources">The number of sources; 1 for an address.</param>
public readonly record struct PacketSubject(string? Source, long Sources)
{
    public string Text => Source ?? string.Create(CultureInfo.InvariantCulture, $"{Sources} {(Sources == 1 ? "other" : "others")}");
}

/// <summary>The numbers in a line of a packet rule.</summary>
/// <param name="Packets">The number of all packets.</param>
/// <param name="Bytes">The number of bytes of whole frames.</param>
/// <param name="Dropped">The number of these packets that were dropped.</param>
/// <param name="Spared">The number of these packets that would have been dropped without <c>dry_run</c>.</param>
public readonly record struct PacketNumbers(long Packets, long Bytes, long Dropped, long Spared);

/// <summary>A line of a packet rule.</summary>
/// <param name="rule">The rule with the format of the line.</param>
/// <param name="kind">The kind of line.</param>
/// <param name="time">UTC ns since 1970.</param>
/// <param name="subject">The sources that it is about.</param>
/// <param name="numbers">The numbers since the interval began, or since the source was seen first.</param>
public sealed class PacketEvent(
    PacketRule rule, PacketEventKind kind, long time, PacketSubject subject, PacketNumbers numbers) : StreamEvent
{
    public override long Time => time;

    public override LogEventLevel Level => (LogEventLevel)rule.Level;

    public PacketRule Rule => rule;

    public PacketSubject Subject => subject;

    public PacketNumbers Numbers => numbers;

    /// <summary>The length of the interval in ns.</summary>
    public long? Interval { get; init; }

    /// <summary>The prefix of the lists that denies a dropped source; null when a newer list does not have it any more.</summary>
    public string? Prefix { get; init; }

    /// <summary>The name of the kind: <c>packets</c>, <c>dropped</c> or <c>total</c>.</summary>
    public string Event => kind switch
    {
        PacketEventKind.Packets => "packets",
        PacketEventKind.Dropped => "dropped",
        _ => "total",
    };

    public Rules.MessageTemplate Template => kind == PacketEventKind.Dropped ? rule.Messages.Dropped : rule.Messages.Packets;

    /// <summary>The properties besides rule, event and labels, in order: texts, numbers, booleans and nulls.</summary>
    public IReadOnlyList<(string Name, object? Value)> Properties
    {
        get
        {
            var properties = new List<(string, object?)> { ("interface", rule.Interface.Value), ("source", subject.Source) };
            if (subject.Source is null)
            {
                properties.Add(("sources", subject.Sources));
            }

            properties.Add(("packets", numbers.Packets));
            properties.Add(("bytes", numbers.Bytes));
            if (kind == PacketEventKind.Dropped)
            {
                properties.Add(("prefix", Prefix));
                properties.Add(("dry_run", rule.DryRun));
            }
            else if (rule.Denies)
            {
                properties.Add(("dropped", numbers.Dropped));
                properties.Add(("spared", numbers.Spared));
            }

            if (Interval is { } interval)
            {
                properties.Add(("interval_ns", interval));
            }

            return properties;
        }
    }

    public override void AppendMessage(LineBuffer into) => PacketText.Append(into, this);
}
