using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding;

/// <summary>
/// The values that a whole structure is shown by: its members, those of structures in it included. What pointers lead to is not part
/// of it, but for texts.
/// </summary>
internal sealed class StructureValues
{
    /// <summary>The depth to which structures in structures are shown.</summary>
    public const int MaxDepth = 4;

    /// <summary>The maximum number of values of one structure; those that follow are left out, and <see cref="More"/> says so.</summary>
    public const int MaxValues = 32;

    /// <summary>The name of the value that stands for those that were left out.</summary>
    private const string More = "more";

    private readonly List<ComputedValue> _values = [];
    private int _members;

    /// <summary>The values of a structure.</summary>
    /// <param name="name">The name of the structure.</param>
    /// <param name="value">The structure.</param>
    public static IReadOnlyList<ComputedValue> Of(string name, Bound value)
    {
        var values = new StructureValues();
        if (!values.Add([name], value, 0))
        {
            values.AddMissing([name, More], new CaptureType.Pointer(), Outcome.Partial);
        }

        return values._values;
    }

    /// <returns>False when something was left out.</returns>
    private bool Add(EquatableArray<string> path, Bound value, int depth)
    {
        var structure = value.Type as StaticType.Structure ?? (value.Type as StaticType.Parts)?.Whole;
        if (structure is null)
        {
            _values.Add(new ComputedValue(string.Join('_', path), value.Type.Capture, value.Term) { Path = path });
            return true;
        }

        var isWhole = structure.Shape.WhyIncomplete is null && depth < MaxDepth;
        foreach (var member in depth < MaxDepth ? structure.Shape.Members : [])
        {
            if (_values.Count >= MaxValues || _members++ > MaxValues * MaxDepth)
            {
                return false;
            }

            // A part without a name lends its members; a base class is one.
            var inner = new FoundMember(member.Offset, ShapeTypes.Of(structure.Types, member.Type), member.Bits, member.Shift);
            EquatableArray<string> itsPath = member.Name.Length == 0 ? path : [.. path, member.Name];
            if (inner.In(value) is { } found)
            {
                isWhole &= Add(itsPath, found, depth + 1);
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

    private void AddMissing(EquatableArray<string> path, CaptureType type, Outcome reason) =>
        _values.Add(new ComputedValue(string.Join('_', path), type, new Term.Number(0)) { Path = path, WhyMissing = reason });
}
