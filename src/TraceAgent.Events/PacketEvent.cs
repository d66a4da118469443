using System.Globalization;
using Serilog.Events;
using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Events;

/// <summary>What a line of a packet rule is about.</summary>
public enum PacketEventKind
{
    /// <summary>A source, or the others together, in an interval.</summary>
    Packets,

    /// <summary>A source that is dropped for the first time.</summary>
    Dropped,

    /// <summary>A source, or the others together, in all.</summary>
    Total,
}

/// <summary>Whom a line of a packet rule is about.</summary>
/// <param name="Source">An address; null for several sources together.</param>
/// <param name="Sources">How many they are; 1 for an address.</param>
public readonly record struct PacketSubject(string? Source, long Sources)
{
    public string Text => Source ?? string.Create(CultureInfo.InvariantCulture, $"{Sources} {(Sources == 1 ? "other" : "others")}");
}

/// <summary>Numbers of a line of a packet rule.</summary>
/// <param name="Packets">All of them.</param>
/// <param name="Bytes">Of whole frames.</param>
/// <param name="Dropped">Packets of them that were dropped.</param>
/// <param name="Spared">Packets of them that would have been dropped, but for <c>dry_run</c>.</param>
public readonly record struct PacketNumbers(long Packets, long Bytes, long Dropped, long Spared);

/// <summary>A line of a packet rule.</summary>
/// <param name="rule">Says how it looks.</param>
/// <param name="kind">What it is about.</param>
/// <param name="time">UTC ns since 1970.</param>
/// <param name="subject">Whom it is about.</param>
/// <param name="numbers">Since the interval began, or since the source was seen first.</param>
public sealed class PacketEvent(
    PacketRule rule, PacketEventKind kind, long time, PacketSubject subject, PacketNumbers numbers) : StreamEvent
{
    public override long Time => time;

    public override LogEventLevel Level => (LogEventLevel)rule.Level;

    public PacketRule Rule => rule;

    public PacketSubject Subject => subject;

    public PacketNumbers Numbers => numbers;

    /// <summary>Of an interval, ns.</summary>
    public long? Interval { get; init; }

    /// <summary>Of the lists, what denies a dropped source; null when a newer list has it no more.</summary>
    public string? Prefix { get; init; }

    /// <summary><c>packets</c>, <c>dropped</c> or <c>total</c>.</summary>
    public string Event => kind switch
    {
        PacketEventKind.Packets => "packets",
        PacketEventKind.Dropped => "dropped",
        _ => "total",
    };

    public Rules.MessageTemplate Template => kind == PacketEventKind.Dropped ? rule.Messages.Dropped : rule.Messages.Packets;

    /// <summary>What it says besides rule, event and labels, in order: texts, numbers, truths and nulls.</summary>
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
