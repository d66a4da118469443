using TraceAgent.Capture;

namespace TraceAgent.Rules.Types;

/// <summary>What an expression knows of a value: enough to compute with it.</summary>
internal abstract record StaticType
{
    private StaticType()
    {
    }

    public static StaticType Int64 { get; } = new Integer(8, Signed: true);

    public static StaticType UInt64 { get; } = new Integer(8, Signed: false);

    public static StaticType Boolean { get; } = new Bool();

    public static StaticType Text { get; } = new Pointer(new Character());

    public sealed record Integer(int Size, bool Signed) : StaticType;

    public sealed record Bool : StaticType;

    public sealed record Character : StaticType;

    /// <summary>ns.</summary>
    public sealed record Duration : StaticType;

    /// <summary>An address; without a target it cannot be read through. One of characters is a text.</summary>
    public sealed record Pointer(StaticType? Target) : StaticType;

    /// <summary>The name of the thread, which is no address.</summary>
    public sealed record ThreadName : StaticType;

    /// <summary>A text in quotes.</summary>
    public sealed record Quotation : StaticType;

    public bool IsText => this is Pointer { Target: Character } or ThreadName or Quotation;

    /// <summary>Bytes in memory.</summary>
    public int Width => this switch
    {
        Integer integer => integer.Size,
        Bool or Character => 1,
        _ => 8,
    };

    /// <summary>Widened with the sign, not with zeros.</summary>
    public bool IsSigned => this is Integer { Signed: true } or Duration;

    /// <summary>What a message calls a value of this type.</summary>
    public string Noun => this switch
    {
        _ when IsText => "a string",
        Pointer => "a pointer",
        Duration => "a duration",
        Bool => "a truth value",
        _ => "a number",
    };

    /// <summary>How a value of this type is captured when nothing else is asked for.</summary>
    public CaptureType Capture => this switch
    {
        Integer integer => new CaptureType.Integer(integer.Size, integer.Signed),
        Bool => new CaptureType.Bool(),
        Character => new CaptureType.Char(),
        Duration => new CaptureType.Duration(),
        Pointer { Target: Character } => new CaptureType.Text(CaptureType.Text.DefaultMax),
        _ => new CaptureType.Pointer(),
    };

    /// <summary>What expressions make of a value that is captured like this.</summary>
    public static StaticType Of(CaptureType type) => type switch
    {
        CaptureType.Integer integer => new Integer(integer.Size, integer.Signed),
        CaptureType.Enumeration enumeration => new Integer(enumeration.Size, Signed: true),
        CaptureType.Errno => new Integer(4, Signed: true),
        CaptureType.IPv4 => new Integer(4, Signed: false),
        CaptureType.Bool => new Bool(),
        CaptureType.Char => new Character(),
        CaptureType.Duration => new Duration(),
        CaptureType.Text => Text,
        CaptureType.Bytes => new Pointer(new Integer(1, Signed: false)),
        _ => new Pointer(null),
    };
}
