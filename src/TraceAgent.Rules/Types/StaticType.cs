using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Types;

/// <summary>The type of a value in expressions: enough to compute with it.</summary>
internal abstract record StaticType
{
    private StaticType()
    {
    }

    public static StaticType Int64 { get; } = new Integer(8, Signed: true);

    public static StaticType UInt64 { get; } = new Integer(8, Signed: false);

    public static StaticType Boolean { get; } = new Bool();

    public static StaticType Text { get; } = new Pointer(new Character());

    public sealed record Integer(int Size, bool Signed) : StaticType
    {
        /// <summary>The names that numbers have; empty for a plain number.</summary>
        public EquatableArray<KeyValuePair<long, string>> Names { get; init; }

        /// <summary>True for an error number of the C library.</summary>
        public bool IsErrno { get; init; }

        /// <summary>True for a unit of UTF-16 or UTF-32: what points to it is a text.</summary>
        public bool IsUnit { get; init; }
    }

    public sealed record Bool : StaticType;

    public sealed record Character : StaticType;

    /// <summary>A floating point number, which is read and shown; nothing is computed with it.</summary>
    /// <param name="Size">4 or 8.</param>
    public sealed record Float(int Size) : StaticType;

    /// <summary>A length of time in ns.</summary>
    public sealed record Duration : StaticType;

    /// <summary>An address; without a target it cannot be read through. One of characters is a text.</summary>
    public sealed record Pointer(StaticType? Target) : StaticType
    {
        /// <summary>The number of elements of an array, for which its address stands; null for a pointer.</summary>
        public long? Count { get; init; }

        /// <summary>True for a reference of C++ or Rust, which the source reads through without a sign.</summary>
        public bool IsReference { get; init; }

        /// <summary>The names of the functions of which it is one; null for another pointer.</summary>
        public FunctionNames? Functions { get; init; }
    }

    /// <summary>A structure, for which its address stands.</summary>
    /// <param name="Types">The types that it is made of.</param>
    /// <param name="Shape">The members.</param>
    public sealed record Structure(TypeTable Types, TypeShape.Structure Shape) : StaticType
    {
        public bool Equals(Structure? other) => other is not null && Shape == other.Shape;

        public override int GetHashCode() => HashCode.Combine(Shape.Name, Shape.Size);
    }

    /// <summary>A structure that lies in several registers.</summary>
    /// <param name="Whole">The structure.</param>
    /// <param name="All">The parts, in the order of their offsets.</param>
    public sealed record Parts(Structure Whole, EquatableArray<StructurePart> All) : StaticType
    {
        /// <summary>The parts of some of its bytes, with offsets from the first of them.</summary>
        public EquatableArray<StructurePart> Slice(long offset, int size)
        {
            var slice = new List<StructurePart>();
            foreach (var part in All)
            {
                var (start, end) = (Math.Max(part.Offset, offset), Math.Min(part.Offset + part.Size, offset + size));
                if (start < end)
                {
                    var value = start == part.Offset || part.Value is null
                        ? part.Value
                        : new Term.Binary(BinaryOperator.ShiftRight, part.Value, new Term.Number(8 * (start - part.Offset)));
                    slice.Add(part with { Offset = start - offset, Size = (int)(end - start), Value = value });
                }
            }

            return [.. slice];
        }
    }

    /// <summary>A pointer that optimized code keeps nowhere, while what it leads to can be read.</summary>
    /// <param name="Target">The type of that.</param>
    /// <param name="Value">The value of that, or what stands for its address.</param>
    public sealed record PointerToValue(StaticType Target, Term Value) : StaticType;

    /// <summary>A value of a type of which nothing is understood.</summary>
    public sealed record Unknown(string Name) : StaticType;

    /// <summary>The address of an object that has the address of a text and its length: see <see cref="CaptureType.TextObject"/>.</summary>
    public sealed record TextObject(TextLayout Layout) : StaticType;

    /// <summary>The address of a text whose length is another value.</summary>
    /// <param name="Length">The number of units.</param>
    /// <param name="Unit">Bytes of a unit.</param>
    public sealed record CountedText(Term Length, int Unit) : StaticType;

    /// <summary>The name of the thread, which is no address.</summary>
    public sealed record ThreadName : StaticType;

    /// <summary>A text in quotes.</summary>
    public sealed record Quotation : StaticType;

    public bool IsText => this is Pointer { Target: Character } or TextObject or CountedText or ThreadName or Quotation;

    /// <summary>True for UTF-16 and UTF-32, which the kernel does not compare, and for pointers to numbers of 2 bytes.</summary>
    public bool IsWide => this is Pointer { Target: Integer { Size: 2 } or Integer { IsUnit: true } }
        or TextObject { Layout.Unit: > 1 } or CountedText { Unit: > 1 };

    /// <summary>True for what stands for its address: it is read where it is shown, or a part of it named.</summary>
    public bool IsInPlace => this is Structure or Pointer { Count: not null };

    /// <summary>The number of elements of an array; 0 for everything else.</summary>
    public long ElementCount => this is Pointer { Count: { } count } ? count : 0;

    /// <summary>The number of elements to read of an array of scalars, which may be more than are kept; null for everything else.</summary>
    public Term? Elements => Capture is CaptureType.Array && ElementCount > 0 ? new Term.Number(ElementCount) : null;

    /// <summary>The number of bytes in memory.</summary>
    public int Width => this switch
    {
        Integer integer => integer.Size,
        Structure structure => (int)structure.Shape.Size,
        Pointer { Count: { } count, Target: { } element } => (int)(count * element.Width),
        Float number => number.Size,
        Bool or Character => 1,
        _ => 8,
    };

    /// <summary>True when it is widened with the sign, false for zeros.</summary>
    public bool IsSigned => this is Integer { Signed: true } or Duration;

    /// <summary>The name of such a value in messages.</summary>
    public string Noun => this switch
    {
        _ when IsText => "a string",
        Structure or Parts => "a structure",
        Unknown unknown => $"a '{unknown.Name}'",
        Pointer { Count: not null } => "an array",
        PointerToValue => "a pointer that the compiler kept nowhere",
        Pointer => "a pointer",
        Duration => "a duration",
        Bool => "a truth value",
        Float => "a floating point number",
        _ => "a number",
    };

    /// <summary>The type that a value is captured as by default.</summary>
    public CaptureType Capture => this switch
    {
        Integer { Names.Count: > 0 } named => new CaptureType.Enumeration(named.Size, named.Names),
        Integer { IsErrno: true } => new CaptureType.Errno(),
        Integer integer => new CaptureType.Integer(integer.Size, integer.Signed),
        Bool => new CaptureType.Bool(),
        Character => new CaptureType.Char(),
        Duration => new CaptureType.Duration(),
        Float number => new CaptureType.Float(number.Size),
        Pointer { Target: Character, Count: { } characters } =>
            new CaptureType.Text((int)Math.Clamp(characters, 1, CaptureType.Text.DefaultMax)),
        Pointer { Count: { } elements, Target.Capture: CaptureType.Scalar element } =>
            new CaptureType.Array(element, (int)Math.Clamp(elements, 1, CaptureType.Array.DefaultMax)),
        Pointer { Target: Character } => new CaptureType.Text(CaptureType.Text.DefaultMax),
        Pointer { Target: Integer { IsUnit: true, Size: 2 } } => new CaptureType.Utf16(CaptureType.Text.DefaultMax),
        Pointer { Target: Integer { IsUnit: true } } => new CaptureType.Utf32(CaptureType.Text.DefaultMax),
        TextObject text => new CaptureType.TextObject(text.Layout, CaptureType.Text.DefaultMax),
        CountedText text => new CaptureType.CountedText(CaptureType.Text.DefaultMax, text.Unit),
        Pointer { Functions: { } functions } => new CaptureType.FunctionPointer(functions),
        _ => new CaptureType.Pointer(),
    };

    /// <summary>The type in expressions of a value that is captured like this.</summary>
    public static StaticType Of(CaptureType type) => type.InExpressions switch
    {
        CaptureType.Integer integer => new Integer(integer.Size, integer.Signed),
        CaptureType.Bool => new Bool(),
        CaptureType.Char => new Character(),
        CaptureType.Duration => new Duration(),
        CaptureType.Text => Text,
        CaptureType.Utf16 => new Pointer(new Integer(2, Signed: false) { IsUnit = true }),
        CaptureType.Utf32 => new Pointer(new Integer(4, Signed: false) { IsUnit = true }),
        CaptureType.CountedText => Text,
        CaptureType.Bytes => new Pointer(new Integer(1, Signed: false)),
        CaptureType.Array array => new Pointer(Of(array.Element)),
        CaptureType.Float number => new Float(number.Size),
        CaptureType.TextObject text => new TextObject(text.Layout),
        _ => new Pointer(null),
    };
}

/// <summary>A part of a structure that lies in several registers.</summary>
/// <param name="Offset">Bytes from the start of the structure.</param>
/// <param name="Size">Bytes, 1 to 8.</param>
/// <param name="Value">The bits of the part; null when a probe cannot see them.</param>
internal sealed record StructurePart(long Offset, int Size, Term? Value)
{
    /// <summary>Why a probe cannot see them.</summary>
    public Outcome WhyMissing { get; init; } = Outcome.NotSupported;
}
