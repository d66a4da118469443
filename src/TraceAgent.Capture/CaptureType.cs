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

    /// <summary>A number in IEEE 754 binary32 or binary64 format: <paramref name="Size"/> is 4 or 8 bytes.</summary>
    public sealed record Float(int Size) : CaptureType;

    /// <summary>Bytes at an address, shown as hex; <paramref name="Length"/> says how many, at most <paramref name="Max"/> are kept.</summary>
    public sealed record Bytes(Expr Length, int Max) : CaptureType
    {
        public const int DefaultMax = 64;

        public const int Limit = 4096;
    }

    /// <summary>
    /// Scalars one after another at an address; <paramref name="Length"/> says how many, at most <paramref name="Max"/> are kept,
    /// which are at most <see cref="Bytes.Limit"/> bytes.
    /// </summary>
    public sealed record Array(CaptureType Element, Expr Length, int Max) : CaptureType
    {
        /// <summary>Elements.</summary>
        public const int DefaultMax = 32;
    }

    /// <summary>NUL-terminated UTF-8 text at an address; at most <paramref name="Max"/> bytes (1 to 4,096) are kept.</summary>
    public sealed record Text(int Max) : CaptureType
    {
        public const int DefaultMax = 128;

        public const int Limit = 4096;
    }

    /// <summary>NUL-terminated UTF-16LE text at an address; at most <paramref name="Max"/> units of 2 bytes (1 to <see cref="Limit"/>) are kept.</summary>
    public sealed record Utf16(int Max) : CaptureType
    {
        /// <summary>One unit more is read, to tell a longer text from one of exactly that length.</summary>
        public const int Limit = (Bytes.Limit / 2) - 1;
    }

    /// <summary>UTF-8 text at an address, <paramref name="Length"/> bytes long; at most <paramref name="Max"/> (1 to 4,096) are kept.</summary>
    public sealed record CountedText(Expr Length, int Max) : CaptureType;

    /// <summary>
    /// The object of a text at an address, <paramref name="Size"/> bytes large: the address of the text, and in the next 8 bytes
    /// its length. So have it <c>std::string</c> of libstdc++ (32 bytes), and <c>string</c> of Go and <c>&amp;str</c> of Rust
    /// (16 bytes). At most <paramref name="Max"/> bytes (1 to 4,096) are kept.
    /// </summary>
    public sealed record TextObject(int Size, int Max) : CaptureType
    {
        public const int StandardStringSize = 32;

        public const int PairSize = 16;

        public static Expr.Load TextOf(Expr address) => new(address, 8, Signed: false);

        public static Expr.Load LengthOf(Expr address) => new(new Expr.Binary(BinaryOperator.Add, address, new Expr.Constant(8)), 8, Signed: true);
    }

    /// <summary>Bytes of a value in memory; 0 when the type is not that of a scalar.</summary>
    public int ScalarSize() => this switch
    {
        Integer integer => integer.Size,
        Float number => number.Size,
        Enumeration enumeration => enumeration.Size,
        Bool or Char => 1,
        Errno or IPv4 => 4,
        Pointer or Duration => 8,
        _ => 0,
    };

    /// <summary>The type with its length; the type itself when it has none.</summary>
    public CaptureType WithLength(Expr length) => this switch
    {
        Bytes bytes => bytes with { Length = length },
        Array array => array with { Length = length },
        CountedText text => text with { Length = length },
        _ => this,
    };

    /// <summary>The field that captures <paramref name="value"/> as this type.</summary>
    public CaptureField Capture(Expr value) => this switch
    {
        Text text => new CaptureField(value, new Storage.Text(text.Max)),
        Utf16 text => At(value, new Expr.Constant(text.Max + 1), text.Max + 1, 2),
        Bytes bytes => At(value, bytes.Length, bytes.Max),
        Array array => At(value, array.Length, array.Max, array.Element.ScalarSize()),
        CountedText text => new CaptureField(value, new Storage.Bytes(text.Length, text.Max)),
        TextObject text => new CaptureField(
            TextObject.TextOf(value), new Storage.Bytes(TextObject.LengthOf(value), text.Max) { NullWhenZero = value }),
        IPv6 => At(value, new Expr.Constant(16), 16),
        SocketAddress => At(value, SocketAddressLength(value), MaxSocketAddress),
        Bool or Char => new CaptureField(new Expr.Extend(value, 1, Signed: false), new Storage.Scalar()),
        Errno => new CaptureField(new Expr.Extend(value, 4, Signed: true), new Storage.Scalar()),
        Enumeration { Size: < 8 } enumeration => new CaptureField(new Expr.Extend(value, enumeration.Size, Signed: true), new Storage.Scalar()),
        IPv4 => new CaptureField(new Expr.Extend(value, 4, Signed: false), new Storage.Scalar()),
        Integer { Size: < 8 } integer => new CaptureField(new Expr.Extend(value, integer.Size, integer.Signed), new Storage.Scalar()),
        _ => new CaptureField(value, new Storage.Scalar()),
    };

    private static CaptureField At(Expr address, Expr length, int max, int unit = 1) =>
        new(address, new Storage.Bytes(length, max, unit) { NullWhenZero = address });

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
