namespace TraceAgent.Capture.Variables;

/// <summary>
/// A type of the traced program: what its bytes mean. Types that it is made of are named by their index in a
/// <see cref="TypeTable"/>, since they may be made of each other.
/// </summary>
/// <param name="Name">The name as the source has it, with its keyword where the language has one; empty for a type without a name.</param>
/// <param name="Size">Bytes; 0 when unknown.</param>
public abstract record TypeShape(string Name, long Size)
{
    /// <param name="Signed">True when the highest bit is a sign.</param>
    public sealed record Integer(string Name, long Size, bool Signed) : TypeShape(Name, Size);

    public sealed record Bool(string Name, long Size) : TypeShape(Name, Size);

    /// <summary>A unit of a text: of 1, 2 or 4 bytes.</summary>
    public sealed record Character(string Name, long Size) : TypeShape(Name, Size);

    public sealed record Float(string Name, long Size) : TypeShape(Name, Size);

    /// <param name="Signed">True when the highest bit of its numbers is a sign.</param>
    /// <param name="Names">The names of numbers, in the order of the source.</param>
    public sealed record Enumeration(string Name, long Size, bool Signed, EquatableArray<KeyValuePair<long, string>> Names)
        : TypeShape(Name, Size);

    /// <summary>An address of something: pointers and references.</summary>
    /// <param name="Target">The index of the type that lies there; null when it is not known, as for <c>void *</c>.</param>
    /// <param name="IsReference">True when the source names what lies there without a sign.</param>
    public sealed record Pointer(string Name, long Size, int? Target, bool IsReference) : TypeShape(Name, Size);

    /// <param name="Element">The index of the type of its elements; an array of arrays has arrays.</param>
    /// <param name="Count">The number of elements; null when the source does not say.</param>
    public sealed record Array(string Name, long Size, int Element, long? Count) : TypeShape(Name, Size);

    /// <summary>A structure, a class or a union.</summary>
    /// <param name="IsUnion">True when its members lie above each other.</param>
    /// <param name="Members">The members in the order of the source.</param>
    public sealed record Structure(string Name, long Size, bool IsUnion, EquatableArray<StructureMember> Members)
        : TypeShape(Name, Size)
    {
        /// <summary>The reason why members are not known, in a few words; null when all are.</summary>
        public string? WhyIncomplete { get; init; }
    }

    /// <summary>The code of a function, to which a pointer leads.</summary>
    public sealed record Function(string Name) : TypeShape(Name, 0);

    /// <summary>A type of which nothing but its size is understood.</summary>
    public sealed record Opaque(string Name, long Size) : TypeShape(Name, Size);
}

/// <summary>A member of a structure, or a class that it is derived from.</summary>
/// <param name="Name">The name; empty for a base class and for what has none, whose members count as the structure's own.</param>
/// <param name="Type">The index of its type.</param>
/// <param name="Offset">Bytes from the start of the structure.</param>
public sealed record StructureMember(string Name, int Type, long Offset)
{
    /// <summary>The length of a bit field in bits; 0 for a whole value.</summary>
    public int Bits { get; init; }

    /// <summary>Bits of the value at <see cref="Offset"/> below the bit field: 0 for its lowest.</summary>
    public int Shift { get; init; }
}
