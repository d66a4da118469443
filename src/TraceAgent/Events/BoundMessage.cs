using System.Text;
using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Events;

/// <summary>What a hole of a message shows.</summary>
internal enum HoleSource
{
    Literal,
    Value,
    Duration,
    Pid,
    Tid,
    Comm,
    Executable,
    Process,
    Symbol,
    Binary,
    Time,
}

/// <summary>A piece of a message: a text, or a value by its place.</summary>
/// <param name="Source">Where the piece comes from.</param>
/// <param name="Text">The literal, UTF-8.</param>
/// <param name="Index">Of the value among the event's fields, or of what the message names of the process.</param>
/// <param name="Format">As in the template.</param>
/// <param name="Width">Least characters: right-aligned when positive, 0 for none.</param>
internal readonly record struct MessagePiece(HoleSource Source, byte[] Text, int Index, string? Format, int Width)
{
    /// <summary>True when it never has anything that JSON escapes.</summary>
    /// <param name="fields">Of the event.</param>
    public bool IsPlain(EventField[] fields) => Format is null && Source switch
    {
        HoleSource.Literal => JsonText.IsPlain(Text),
        HoleSource.Value => fields[Index].Form is FieldForm.Signed or FieldForm.Unsigned or FieldForm.Pointer or FieldForm.Bool or FieldForm.Duration,
        HoleSource.Pid or HoleSource.Tid or HoleSource.Duration => true,
        _ => false,
    };
}

/// <summary>A rule's message with every name resolved, so that no event looks one up.</summary>
internal static class BoundMessage
{
    /// <param name="template">As the rule has it.</param>
    /// <param name="fields">Of the event.</param>
    /// <param name="ofProcess">What the message names of the process.</param>
    /// <param name="sites">Where the event may come from.</param>
    /// <param name="rule">Whose message it is.</param>
    public static MessagePiece[] Of(MessageTemplate template, EventField[] fields, ProcessProperty[] ofProcess, SiteName[] sites, Rule rule)
    {
        var pieces = new List<MessagePiece>();
        foreach (var token in template.Tokens)
        {
            var piece = token is MessageToken.Hole hole ? Bind(hole, fields, ofProcess, sites, rule) : Literal(((MessageToken.Literal)token).Text);
            if (piece.Source == HoleSource.Literal && pieces is [.., { Source: HoleSource.Literal } before])
            {
                pieces[^1] = before with { Text = [.. before.Text, .. piece.Text] };
            }
            else
            {
                pieces.Add(piece);
            }
        }

        return [.. pieces];
    }

    private static MessagePiece Bind(MessageToken.Hole hole, EventField[] fields, ProcessProperty[] ofProcess, SiteName[] sites, Rule rule)
    {
        var width = hole.Alignment ?? 0;
        if (Array.FindIndex(fields, f => f.Name == hole.Name) is >= 0 and var index)
        {
            return new MessagePiece(HoleSource.Value, [], index, hole.Format, width);
        }

        if (Array.FindIndex(ofProcess, property => property.Name == hole.Name) is >= 0 and var at)
        {
            return new MessagePiece(HoleSource.Process, [], at, hole.Format, width);
        }

        HoleSource? source = hole.Name switch
        {
            "duration" => HoleSource.Duration,
            "pid" => HoleSource.Pid,
            "tid" => HoleSource.Tid,
            "comm" => HoleSource.Comm,
            "exe" => HoleSource.Executable,
            "symbol" => HoleSource.Symbol,
            "binary" => HoleSource.Binary,
            "time" => HoleSource.Time,
            _ => null,
        };
        return (source, sites) switch
        {
            (null, _) => Literal(Constant(hole.Name, rule), width),
            (HoleSource.Symbol, [var only]) => Literal(MessageText.SymbolText(only.Text, hole.Format), width),
            (HoleSource.Binary, [var only]) => Literal(only.Binary, width),
            _ => new MessagePiece(source.Value, [], 0, hole.Format, width),
        };
    }

    // Serilog shows a hole without a value as it was written.
    private static string Constant(string name, Rule rule) => name switch
    {
        "rule" => rule.Name.Value,
        _ => $"{{{name}}}",
    };

    private static MessagePiece Literal(string text, int width = 0) =>
        new(HoleSource.Literal, Encoding.UTF8.GetBytes(width > 0 ? text.PadLeft(width) : text.PadRight(-width)), 0, null, 0);
}
