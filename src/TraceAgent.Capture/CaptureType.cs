namespace TraceAgent.Capture;

/// <summary>What a captured value means: how it is stored in the record and how it is shown.</summary>
public abstract record CaptureType
{
    /// <summary><c>sizeof(struct sockaddr_un)</c>, the largest of the three.</summary>
    private const int MaxSocketAddress = 110;

    private CaptureType()
    {
    }

    /// <summary>The value of a parameter without a type: a signed 64-bit integer.</summary>
    public static CaptureType Default { get; } = new Integer(8, Signed: true);

    /// <summary>An integer of <paramref name="Size"/> bytes (1, 2, 4 or 8).</summary>
    public sealed record Integer(int Size, bool Signed) : CaptureType;

    /// <summary>An address, shown as <c>0x…</c>.</summary>
    public sealed record Pointer : CaptureType;

    /// <summary>0 is false, anything else in the lowest byte is true.</summary>
    public sealed record Bool : CaptureType;

    /// <summary>One byte, shown as a character when it is printable ASCII, else as <c>\\x1b</c>.</summary>
    public sealed record Char : CaptureType;

    /// <summary>An error number of the C library: negative numbers of system calls count as positive. Shown as number and name.</summary>
    public sealed record Errno : CaptureType;

    /// <summary>An integer of <paramref name="Size"/> bytes whose values have names.</summary>
    public sealed record Enumeration(int Size, EquatableArray<KeyValuePair<long, string>> Names) : CaptureType;

    /// <summary>A length of time in ns.</summary>
    public sealed record Duration : CaptureType;

    /// <summary>An IPv4 address in network byte order in the value itself (<c>in_addr_t</c>).</summary>
    public sealed record IPv4 : CaptureType;

    /// <summary>The 16 bytes of an IPv6 address at an address.</summary>
    public sealed record IPv6 : CaptureType;

    /// <summary>A <c>struct sockaddr</c> of AF_INET, AF_INET6 or AF_UNIX at an address.</summary>
    public sealed record SocketAddress : CaptureType;

    /// <summary>The ID of a cgroup (version 2), shown as its path where there is one.</summary>
    public sealed record Cgroup : CaptureType;

    /// <summary>Bytes at an address, shown as hex; <paramref name="Length"/> says how many, at most <paramref name="Max"/> are kept.</summary>
    public sealed record Bytes(Expr Length, int Max) : CaptureType
    {
        public const int DefaultMax = 64;

        public const int Limit = 4096;
    }

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
        Bytes bytes => new CaptureField(value, new Storage.Bytes(bytes.Length, bytes.Max)),
        IPv6 => new CaptureField(value, new Storage.Bytes(new Expr.Constant(16), 16)),
        SocketAddress => new CaptureField(value, new Storage.Bytes(SocketAddressLength(value), MaxSocketAddress)),
        Bool or Char => new CaptureField(new Expr.Extend(value, 1, Signed: false), new Storage.Scalar()),
        Errno => new CaptureField(new Expr.Extend(value, 4, Signed: true), new Storage.Scalar()),
        Enumeration { Size: < 8 } enumeration => new CaptureField(new Expr.Extend(value, enumeration.Size, Signed: true), new Storage.Scalar()),
        IPv4 => new CaptureField(new Expr.Extend(value, 4, Signed: false), new Storage.Scalar()),
        Integer { Size: < 8 } integer => new CaptureField(new Expr.Extend(value, integer.Size, integer.Signed), new Storage.Scalar()),
        _ => new CaptureField(value, new Storage.Scalar()),
    };

    /// <summary>By its family: what lies behind a shorter one may not be there to be read.</summary>
    private static Expr.Binary SocketAddressLength(Expr address)
    {
        const int inet = 2;
        const int inet6 = 10;
        const int inetLength = 16;
        const int inet6Length = 28;
        var family = new Expr.Load(address, 2, Signed: false);
        return Less(inet6, inet6Length, Less(inet, inetLength, new Expr.Constant(MaxSocketAddress)));

        Expr.Binary Less(int one, int length, Expr otherwise) => new(
            BinaryOperator.Subtract,
            otherwise,
            new Expr.Binary(
                BinaryOperator.Multiply,
                new Expr.Constant(MaxSocketAddress - length),
                new Expr.Binary(BinaryOperator.Equal, family, new Expr.Constant(one))));
    }
}
