using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>A variable that debug information describes, as expressions take it.</summary>
/// <param name="Name">The name under which rules know it.</param>
/// <param name="Type">The type.</param>
/// <param name="Value">The value, or the address of what stands for its address; null when there is none here.</param>
/// <param name="WhyMissing">Why there is none; <see cref="Outcome.Ok"/> when there is.</param>
internal sealed record DebugValue(string Name, StaticType Type, Term? Value, Outcome WhyMissing)
{
    /// <summary>True for a variable that is no parameter.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The type and the value of what a pointer leads to that is itself nowhere; null for every other variable.</summary>
    public StaticType.PointerToValue? LeadsTo { get; init; }

    /// <summary>See <see cref="SiteVariable.Lives"/>.</summary>
    public string Lives { get; init; } = "";

    /// <summary>The variable at sites of a kind; of a reference, what it leads to.</summary>
    /// <param name="abi">The kind of sites.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="name">The name under which rules know it.</param>
    /// <param name="isResult">True for the result, which has its place when the function returns.</param>
    public static DebugValue Of(DebugSiteAbi abi, SiteVariable variable, string name, bool isResult = false)
    {
        var value = Named(abi, variable, name, isResult) with { IsLocal = variable.IsLocal, Lives = variable.Lives };
        if (value is { LeadsTo: { } led, Type: StaticType.Pointer { IsReference: true } })
        {
            return value with { Type = led.Target, Value = led.Value, WhyMissing = Outcome.Ok, LeadsTo = null };
        }

        return value is { Value: { } term, Type: StaticType.Pointer { IsReference: true, Target: { } target and not StaticType.Unknown } }
            ? value with { Type = target, Value = AtAddress(term, target) }
            : value;
    }

    private static DebugValue Named(DebugSiteAbi abi, SiteVariable variable, string name, bool isResult)
    {
        if (variable.Type is not { } index)
        {
            return new DebugValue(name, new StaticType.Unknown(""), null, Outcome.NotSupported);
        }

        return At(name, ShapeTypes.Of(abi.Types, index), variable.Place, isResult);
    }

    private static DebugValue At(string name, StaticType type, LocationPiece place, bool isResult)
    {
        return type is StaticType.Unknown
            ? Missing(type, Outcome.NotSupported)
            : place switch
            {
                LocationPiece.Memory memory => new DebugValue(name, type, AtAddress(AddressOf(memory, isResult), type), Outcome.Ok),
                LocationPiece.Value { Computed: Expr.Constant constant } => InRegister(new Term.Number(constant.Value)),
                LocationPiece.Value value => InRegister(new Term.Placed(value.Computed) { IsOfResult = isResult }),
                LocationPiece.Bytes { Content.Count: <= sizeof(ulong) } bytes => InRegister(new Term.Number(NumberOf(bytes.Content))),
                LocationPiece.Pieces pieces => InParts(pieces.Parts),
                LocationPiece.Missing missing => Missing(type, OutcomeOf(missing.Reason)),
                LocationPiece.PointerTo pointer => Pointing(pointer),
                _ => Missing(type, Outcome.NotSupported),
            };

        DebugValue Missing(StaticType of, Outcome why) => new(name, of, null, why);

        DebugValue Pointing(LocationPiece.PointerTo pointer) =>
            type is StaticType.Pointer { Count: null, Target: { } target } && PlaceAfter(pointer.Target, pointer.Offset) is { } led
            && At(name, target, led, isResult) is { Value: { } value, Type: var found }
                ? new DebugValue(name, type, null, Outcome.OptimisedOut) { LeadsTo = new StaticType.PointerToValue(found, value) }
                : Missing(type, Outcome.NotSupported);

        DebugValue InRegister(Term bits) => type switch
        {
            StaticType.Float => Missing(type, Outcome.VectorRegister),
            StaticType.Structure { Shape.Size: > 0 and <= sizeof(ulong) } structure =>
                OfParts(structure, [new StructurePart(0, (int)structure.Shape.Size, bits)]),
            { IsInPlace: true } => Missing(type, Outcome.NotSupported),
            _ => new DebugValue(name, type, NameScope.Widen(bits, type), Outcome.Ok),
        };

        DebugValue InParts(EquatableArray<Piece> pieces)
        {
            var parts = new List<StructurePart>();
            var at = 0L;
            foreach (var piece in pieces)
            {
                var size = (long)(piece.Bits / 8);
                if (piece.Bits % 8 != 0 || piece.BitOffset != 0 || size is <= 0 or > int.MaxValue)
                {
                    return Missing(type, Outcome.NotSupported);
                }

                parts.Add(new StructurePart(at, (int)size, PartOf(piece.Place, (int)size, isResult)) { WhyMissing = WhyNo(piece.Place) });
                at += size;
            }

            return type is StaticType.Structure structure
                ? OfParts(structure, [.. parts])
                : Missing(type, parts.Exists(part => part.Value is null) ? Outcome.Partial : Outcome.NotSupported);
        }

        DebugValue OfParts(StaticType.Structure structure, EquatableArray<StructurePart> parts) =>
            new(name, new StaticType.Parts(structure, parts), new Term.Number(0), Outcome.Ok);
    }

    /// <summary>The place of what begins at some byte of a value; null when it begins within a part.</summary>
    private static LocationPiece? PlaceAfter(LocationPiece place, long offset)
    {
        if (offset == 0)
        {
            return place;
        }

        var bits = 0UL;
        var skipped = (place as LocationPiece.Pieces)?.Parts.TakeWhile(part => (bits += part.Bits) <= (ulong)offset * 8).ToList() ?? [];
        return skipped.Count > 0 && offset > 0 && skipped.Aggregate(0UL, (sum, part) => sum + part.Bits) == (ulong)offset * 8
            ? new LocationPiece.Pieces([.. ((LocationPiece.Pieces)place).Parts.Skip(skipped.Count)])
            : null;
    }

    /// <summary>A value at an address: the address itself for what stands for it.</summary>
    public static Term AtAddress(Term address, StaticType type) => type switch
    {
        { IsInPlace: true } => address,
        StaticType.Bool => new Term.Binary(BinaryOperator.NotEqual, new Term.Load(address, 1, Signed: false), new Term.Number(0)),
        _ => new Term.Load(address, type.Width, type.IsSigned),
    };

    private static Term AddressOf(LocationPiece.Memory memory, bool isResult) => !isResult && memory.Address.IsOfNoPlace()
        ? new Term.Global(memory.Address)
        : new Term.Placed(memory.Address) { IsAddress = true, IsOfResult = isResult };

    private static Outcome WhyNo(LocationPiece place) =>
        place is LocationPiece.Missing missing ? OutcomeOf(missing.Reason) : Outcome.NotSupported;

    private static Term? PartOf(LocationPiece place, int size, bool isResult) => (place, size) switch
    {
        (LocationPiece.Value value, <= sizeof(ulong)) => new Term.Placed(value.Computed) { IsOfResult = isResult },
        (LocationPiece.Memory memory, 1 or 2 or 4 or 8) => new Term.Load(AddressOf(memory, isResult), size, Signed: false),
        (LocationPiece.Bytes bytes, <= sizeof(ulong)) => new Term.Number(NumberOf(bytes.Content)),
        _ => null,
    };

    private static long NumberOf(EquatableArray<byte> content)
    {
        var number = 0UL;
        for (var i = content.Count - 1; i >= 0; i--)
        {
            number = (number << 8) | content[i];
        }

        return (long)number;
    }

    private static Outcome OutcomeOf(MissingReason reason) => reason switch
    {
        MissingReason.OptimisedOut => Outcome.OptimisedOut,
        MissingReason.NotLive => Outcome.NotLive,
        MissingReason.VectorRegister or MissingReason.FloatingPoint => Outcome.VectorRegister,
        _ => Outcome.NotSupported,
    };
}
