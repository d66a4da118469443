using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Entries;

/// <summary>
/// Goes over the entries below one, each before its children. It ends whatever the bytes say: every step takes at least one of
/// them, and depth is a number and no recursion.
/// </summary>
internal struct EntryWalk
{
    private readonly Unit _unit;
    private int _next;
    private int _depth;

    /// <summary>Begins before the first child of an entry.</summary>
    public EntryWalk(Entry parent)
    {
        _unit = parent.Unit;
        _next = parent.HasChildren ? parent.EndOfAttributes() : _unit.End;
    }

    public Entry Current { get; private set; }

    /// <summary>1 for children of the entry at which the walk began.</summary>
    public int Depth { get; private set; }

    /// <summary>Moves to the next entry; false at the end.</summary>
    public bool MoveNext()
    {
        var bytes = _unit.Bytes;
        while (_next < bytes.Length && _depth >= 0)
        {
            if (Entry.TryRead(_unit, _next) is { } entry)
            {
                Current = entry;
                Depth = _depth + 1;
                _next = entry.EndOfAttributes();
                _depth += entry.HasChildren ? 1 : 0;
                return true;
            }

            var cursor = new Cursor(bytes, _next);
            if (cursor.Unsigned() != 0)
            {
                // Without its abbreviation, the size of an entry is unknown, so nothing after it can be read.
                break;
            }

            _next = cursor.Position;
            _depth--;
        }

        _next = bytes.Length;
        return false;
    }

    /// <summary>Goes on after the children of the current entry.</summary>
    public void SkipChildren()
    {
        if (_depth < Depth)
        {
            return;
        }

        if (Current.Find(AttributeName.Sibling) is { } sibling && DebugEntries.OffsetOf(_unit, sibling) is { } next
            && next >= _next && next <= _unit.End)
        {
            (_next, _depth) = (next, Depth - 1);
            return;
        }

        var skipped = this;
        while (skipped.MoveNext())
        {
            if (skipped.Depth <= Depth)
            {
                (_next, _depth) = (skipped.Current.Offset, skipped.Depth - 1);
                return;
            }
        }

        // The lists of siblings that end with the current entry end within the skipped bytes, so the walk is over.
        (_next, _depth) = (skipped._next, -1);
    }
}
