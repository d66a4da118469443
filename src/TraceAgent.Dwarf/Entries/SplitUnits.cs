namespace TraceAgent.Dwarf.Entries;

/// <summary>
/// The units that the linked file has only the skeletons of (<c>-gsplit-dwarf</c>): in <c>.dwo</c> files, or in a package of them.
/// DWARF 5, section 3.1.3, and what GNU had before.
/// </summary>
/// <param name="files">The files that there are.</param>
internal sealed class SplitUnits(IReadOnlyList<DebugEntries> files)
{
    private Dictionary<ulong, Unit>? _byNumber;

    /// <summary>The number that a skeleton and its unit have in common; null for a unit that is whole.</summary>
    public static ulong? NumberOf(Unit unit)
    {
        if (unit.Kind is UnitKind.Skeleton or UnitKind.SplitCompile)
        {
            return unit.SplitNumber;
        }

        return unit.Version < 5 && unit.Root?.Find(AttributeName.GnuDwoId) is { } number ? number.Number : null;
    }

    /// <summary>The unit of a skeleton; null when no file has it.</summary>
    public Unit? Of(Unit skeleton, ulong number)
    {
        if (_byNumber is null)
        {
            _byNumber = [];
            foreach (var unit in files.SelectMany(file => file.Units))
            {
                if (NumberOf(unit) is { } own)
                {
                    _byNumber.TryAdd(own, unit);
                }
            }
        }

        if (!_byNumber.TryGetValue(number, out var found))
        {
            return null;
        }

        found.Skeleton = skeleton;
        return found;
    }
}
