using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Captures;

/// <summary>
/// The values that a whole structure is shown by: its members, those of structures in it and of arrays of them included. What pointers
/// lead to is not part of it, but for texts. Members in memory are copied together, and texts by themselves.
/// </summary>
internal sealed class StructureValues
{
    private const int MaxValues = 256;
    private const int MaxTexts = 32;
    private const int MaxSteps = 4096;

    /// <summary>The number of structures around each other, also of those without a name: a damaged file may have circles.</summary>
    private const int MaxNesting = 64;

    /// <summary>The number of values from which they are copied together.</summary>
    private const int MinTogether = 2;

    /// <summary>The name of the value that stands for those that were left out.</summary>
    public const string More = "more";

    private readonly StructureLimits _limits;
    private readonly List<ComputedValue> _values = [];
    private int _texts;
    private int _steps;
    private int _nesting;

    private StructureValues(StructureLimits limits) => _limits = limits;

    /// <summary>True for a type that is shown by several values.</summary>
    public static bool IsStructure(StaticType type) =>
        type is StaticType.Structure or StaticType.Parts or StaticType.Pointer { Count: not null, Target: StaticType.Structure };

    /// <summary>The values of a structure, or of an array of them.</summary>
    /// <param name="name">The name of the structure.</param>
    /// <param name="value">The structure.</param>
    /// <param name="limits">The limits of what is shown of it.</param>
    public static IReadOnlyList<ComputedValue> Of(string name, Bound value, StructureLimits limits)
    {
        var values = new StructureValues(limits);
        if (!values.Add([name], value, 0, (0, value.Type is not StaticType.Parts)))
        {
            values.AddMissing([name, More], new CaptureType.Pointer(), Outcome.Partial);
        }

        return values.Together(value.Term);
    }

    /// <param name="path">The names from the structure to the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="depth">The number of structures around it.</param>
    /// <param name="at">Bytes from the start of the memory, and whether it is part of that.</param>
    /// <returns>False when something was left out.</returns>
    private bool Add(EquatableArray<string> path, Bound value, int depth, (long Offset, bool IsPart) at)
    {
        if (_values.Count >= MaxValues || _steps++ > MaxSteps || _nesting > MaxNesting)
        {
            return false;
        }

        _nesting++;
        var isWhole = value.Type switch
        {
            StaticType.Structure structure => AddMembers(path, value, structure, depth, at),
            StaticType.Parts parts => AddMembers(path, value, parts.Whole, depth, at),
            StaticType.Pointer { Count: { } count, Target: StaticType.Structure element } =>
                AddElements(path, value with { Type = element }, (int)Math.Min(count, MaxValues), depth, at) && count <= MaxValues,
            _ => AddValue(path, value, null, at),
        };
        _nesting--;
        return isWhole;
    }

    private bool AddElements(EquatableArray<string> path, Bound first, int count, int depth, (long Offset, bool IsPart) at)
    {
        var isWhole = true;
        for (var i = 0; i < count && isWhole; i++)
        {
            var distance = (long)i * first.Type.Width;
            Term address = i == 0 ? first.Term : new Term.Binary(BinaryOperator.Add, first.Term, new Term.Number(distance));
            isWhole = Add(
                [.. path, ValuePath.Element(i)], first with { Term = address }, depth, (at.Offset + distance, at.IsPart));
        }

        return isWhole;
    }

    private bool AddMembers(
        EquatableArray<string> path, Bound value, StaticType.Structure structure, int depth, (long Offset, bool IsPart) at)
    {
        var isWhole = structure.Shape.WhyIncomplete is null && depth < _limits.Depth;
        foreach (var member in depth < _limits.Depth ? structure.Shape.Members : [])
        {
            // A part without a name lends its members; a base class is one.
            var type = ShapeTypes.Of(structure.Types, member.Type);
            var inner = new FoundMember(member.Offset, type, member.Bits, member.Shift);
            EquatableArray<string> itsPath = member.Name.Length == 0 ? path : [.. path, member.Name];
            var place = (at.Offset + member.Offset, at.IsPart && type is not StaticType.Pointer { IsReference: true });
            if (inner.In(value) is { } found)
            {
                isWhole &= IsStructure(found.Type)
                    ? Add(itsPath, found, member.Name.Length == 0 ? depth : depth + 1, place)
                    : _values.Count < MaxValues && AddValue(itsPath, found, inner, place);
            }
            else if (inner.WhyNotIn(value) is { } reason && member.Name.Length > 0)
            {
                AddMissing(itsPath, inner.Type.Capture, reason);
            }
            else
            {
                isWhole = false;
            }
        }

        return isWhole;
    }

    private bool AddValue(EquatableArray<string> path, Bound value, FoundMember? member, (long Offset, bool IsPart) at)
    {
        var type = value.Type.Capture;
        var size = type switch
        {
            CaptureType.Array array => array.Max * array.Element.Width,
            CaptureType.Text text when value.Type.IsInPlace => text.Max,
            _ when member is { Bits: > 0 } bits => bits.StorageSize,
            _ => value.Type.Width,
        };
        if ((at.IsPart && at.Offset + size > _limits.MaxBytes) || (type.LiesAtAddress && !value.Type.IsInPlace && _texts++ >= MaxTexts))
        {
            return false;
        }

        var isCopied = at.IsPart && (type is CaptureType.Scalar || value.Type.IsInPlace);
        _values.Add(new ComputedValue(ValuePath.NameOf(path), type, value.Term)
        {
            Path = path,
            Length = value.Type.Elements,
            Part = isCopied
                ? new ValuePart((int)at.Offset, size)
                {
                    Bits = member?.Bits ?? 0,
                    Shift = member?.Shift ?? 0,
                    Count = value.Type.ElementCount,
                }
                : null,
        });
        return true;
    }

    private void AddMissing(EquatableArray<string> path, CaptureType type, Outcome reason) =>
        _values.Add(new ComputedValue(ValuePath.NameOf(path), type, new Term.Number(0)) { Path = path, WhyMissing = reason });

    /// <summary>The values, those that are copied with the memory that is.</summary>
    private List<ComputedValue> Together(Term address)
    {
        var parts = _values.Select(value => value.Part).OfType<ValuePart>().ToList();
        var block = parts.Count < MinTogether ? null : new MemoryBlock(address, parts.Max(part => part.Offset + part.Size));
        return _values.ConvertAll(
            value => value.Part is null ? value : value with { Block = block, Part = block is null ? null : value.Part });
    }
}
