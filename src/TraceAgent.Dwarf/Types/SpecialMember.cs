using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Types;

/// <summary>
/// Members by which a class of C++ is passed and returned in memory: Itanium C++ ABI 1.1, "non-trivial for the purposes of calls".
/// </summary>
internal static class SpecialMember
{
    // DWARF 5, section 7.5.4: DW_DEFAULTED_in_class.
    private const ulong DefaultedInClass = 1;

    /// <summary>True for a destructor, or a constructor that copies or moves, that the source has itself.</summary>
    /// <param name="function">A function among the members.</param>
    /// <param name="type">The class.</param>
    public static bool IsOwn(Entry function, Entry type) => !function.IsSet(AttributeName.Artificial)
        && function.Unsigned(AttributeName.Defaulted) != DefaultedInClass
        && (function.Name() is [(byte)'~', ..] || Copies(function, type));

    private static bool Copies(Entry function, Entry type)
    {
        var walk = new EntryWalk(function);
        while (HasNameOf(function, type) && walk.MoveNext())
        {
            if (walk.Current.Tag == Tag.FormalParameter && !walk.Current.IsSet(AttributeName.Artificial))
            {
                var reference = ShapeReader.Unqualified(ShapeReader.TypeOf(walk.Current));
                return reference is { Tag: Tag.ReferenceType or Tag.RvalueReferenceType } one
                    && ShapeReader.Unqualified(ShapeReader.TypeOf(one)) is { } target
                    && target.Offset == type.Offset && target.Unit.Owner == type.Unit.Owner;
            }

            walk.SkipChildren();
        }

        return false;
    }

    private static bool HasNameOf(Entry function, Entry type)
    {
        var name = function.Name();
        var own = type.Name();
        var arguments = own.IndexOf((byte)'<');
        return name.SequenceEqual(arguments > 0 ? own[..arguments] : own);
    }
}
