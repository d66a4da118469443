namespace TraceAgent.Capture;

/// <summary>What a captured value means: how it is stored in the record and how it is shown.</summary>
public abstract record CaptureType
{
    private CaptureType()
    {
    }

    /// <summary>The value of a parameter without a type: a signed 64-bit integer.</summary>
    public static CaptureType Default { get; } = new Integer(8, Signed: true);

    /// <summary>An integer of <paramref name="Size"/> bytes (1, 2, 4 or 8).</summary>
    public sealed record Integer(int Size, bool Signed) : CaptureType;

    /// <summary>An address, shown as <c>0x…</c>.</summary>
    public sealed record Pointer : CaptureType;

    /// <summary>NUL-terminated UTF-8 text at an address; at most <paramref name="Max"/> bytes (1 to 4,096) are kept.</summary>
    public sealed record Text(int Max) : CaptureType
    {
        public const int DefaultMax = 128;

        public const int Limit = 4096;
    }

    /// <summary>The field that captures <paramref name="value"/> as this type.</summary>
    public CaptureField Capture(Expr value) => this switch
    {
        Text text => new CaptureField(value, new Storage.Text(text.Max)),
        Integer { Size: < 8 } integer => new CaptureField(new Expr.Extend(value, integer.Size, integer.Signed), new Storage.Scalar()),
        _ => new CaptureField(value, new Storage.Scalar()),
    };
}
