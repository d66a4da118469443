using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>Reads members of structures, in memory and in registers.</summary>
internal static class MemberReading
{
    /// <summary>The member of a structure; null when it cannot be had, as in a register that a probe does not see.</summary>
    /// <param name="member">The member.</param>
    /// <param name="whole">The structure, its parts, or a pointer to it.</param>
    public static Bound? In(this FoundMember member, Bound whole)
    {
        if (member.Type is StaticType.Unknown)
        {
            return null;
        }

        if (whole.Type is StaticType.Parts parts)
        {
            return OfParts(member, whole, parts);
        }

        Term address = member.Offset == 0
            ? whole.Term
            : new Term.Binary(BinaryOperator.Add, whole.Term, new Term.Number(member.Offset));
        var term = member.Bits > 0 ? member.BitsOf(member.StorageAt(address)) : DebugValue.AtAddress(address, member.Type);
        return new Bound(term, member.Type, whole.Source, whole.Cost + 6).Dereferenced();
    }

    /// <summary>Why a member cannot be had whose part of the structure no probe sees; null for other reasons.</summary>
    public static Outcome? WhyNotIn(this FoundMember member, Bound whole) =>
        member.Type is not StaticType.Unknown && whole.Type is StaticType.Parts parts
        && parts.Slice(member.Offset, member.Bits > 0 ? member.StorageSize : member.Type.Width) is [{ Value: null, WhyMissing: var reason }]
            ? reason
            : null;

    private static Bound? OfParts(FoundMember member, Bound whole, StaticType.Parts parts)
    {
        var size = member.Bits > 0 ? member.StorageSize : member.Type.Width;
        var slice = parts.Slice(member.Offset, size);
        if (member.Type is StaticType.Structure inner)
        {
            return new Bound(new Term.Number(0), new StaticType.Parts(inner, slice), whole.Source, whole.Cost + 1);
        }

        if (slice is not [{ Value: { } bits, Offset: 0 } part] || part.Size < size || member.Type.IsInPlace)
        {
            return null;
        }

        var term = member.Bits > 0 ? member.BitsOf(bits) : NameScope.Widen(bits, member.Type);
        return new Bound(term, member.Type, whole.Source, whole.Cost + 6).Dereferenced();
    }
}
