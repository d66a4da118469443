using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

/// <summary>
/// The type of a captured value: how rules write it, how it lies in a record, how it is decoded and shown. Each type is a file of
/// its own beside this one, and those that rules write with one word are listed in <see cref="Named"/>.
/// </summary>
public abstract partial record CaptureType
{
    private CaptureType()
    {
    }

    /// <summary>The value of a parameter without a type: a signed 64-bit integer.</summary>
    public static CaptureType Default { get; } = new Integer(8, Signed: true);

    /// <summary>The types with <see cref="Words"/>, in the order in which editors offer them.</summary>
    internal static IReadOnlyList<CaptureType> Named { get; } =
    [
        .. Integer.All, new Pointer(), new Text(LimitedText.DefaultMax), new Utf16(LimitedText.DefaultMax),
        new Utf32(LimitedText.DefaultMax), .. TextLayout.All.Select(layout => new TextObject(layout, LimitedText.DefaultMax)),
        new Bool(), new Errno(), new Signal(), new Duration(), new IPv4(), new IPv6(), new SocketAddress(),
    ];

    /// <summary>The words that rules write for it, C's names included; empty for a type that is written otherwise, or not at all.</summary>
    internal virtual IReadOnlyList<string> Words => [];

    /// <summary>The type as rules write it: <c>int32</c>, <c>string(128)</c>, <c>uint16[]</c>.</summary>
    internal abstract string Notation { get; }

    /// <summary>The formats that messages may show it in.</summary>
    internal abstract ValueForm Form { get; }

    /// <summary>The type that expressions take the value for: the type itself, unless it only says how a value is shown.</summary>
    internal virtual CaptureType InExpressions => this;

    /// <summary>The names by which it shows pointers to functions; null for any other type.</summary>
    internal virtual FunctionNames? Functions => null;

    /// <summary>True when an address says where the value lies.</summary>
    internal virtual bool LiesAtAddress => true;

    /// <summary>True when a value that was cut says how long it was.</summary>
    internal virtual bool HasLength => false;

    /// <summary>The field that captures a value as this type.</summary>
    /// <param name="value">The value, or the address at which it lies.</param>
    /// <param name="length">The number of bytes or elements, for a type with a length; null for as many as are kept.</param>
    public abstract CaptureField Capture(Expr value, Expr? length = null);

    /// <summary>True when the value can lie in a record like this.</summary>
    internal bool Fits(Storage storage)
    {
        var anything = new Expr.Constant(0);
        return (Capture(anything, anything).Storage, storage) switch
        {
            (Storage.Scalar, Storage.Scalar) => true,
            (Storage.Text own, Storage.Text other) => own.Max == other.Max,
            (Storage.Bytes own, Storage.Bytes other) => (own.Max, own.Unit) == (other.Max, other.Unit),
            _ => false,
        };
    }

    private static CaptureField At(Expr address, Expr length, int max, int unit = 1) =>
        new(address, new Storage.Bytes(length, max, unit) { NullWhenZero = address });
}
