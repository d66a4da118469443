using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Scopes;

/// <summary>The scopes around an address: function, blocks and inlined calls. DWARF 5, sections 3.3 and 3.5.</summary>
internal static class ScopeChain
{
    // gcc nests some ten levels of inlined calls.
    private const int MaxDepth = 256;

    /// <summary>The scopes from the function inwards.</summary>
    /// <param name="function">The function whose code the address is.</param>
    /// <param name="address">The address.</param>
    public static List<Entry> At(Entry function, ulong address)
    {
        var chain = new List<Entry> { function };
        var ranges = new List<AddressRange>();
        var walk = new EntryWalk(function);
        while (walk.MoveNext() && chain.Count < MaxDepth)
        {
            if (!IsScope(walk.Current.Tag))
            {
                walk.SkipChildren();
            }
            else if (Holds(walk.Current, address, ranges))
            {
                // Siblings after it do not hold the address, so the walk goes on within it alone.
                chain.Add(walk.Current);
                walk = new EntryWalk(walk.Current);
            }
            else if (!IsTransparent(walk.Current))
            {
                walk.SkipChildren();
            }
        }

        return chain;
    }

    /// <summary>The variables and parameters of one scope, in the order of the source.</summary>
    public static List<Entry> VariablesOf(Entry scope)
    {
        var variables = new List<Entry>();
        var walk = new EntryWalk(scope);
        while (walk.MoveNext())
        {
            if (walk.Current.Tag is Tag.Variable or Tag.FormalParameter)
            {
                variables.Add(walk.Current);
            }

            if (!IsTransparent(walk.Current))
            {
                walk.SkipChildren();
            }
        }

        return variables;
    }

    private static bool IsScope(Tag tag) => tag is Tag.LexicalBlock or Tag.InlinedSubroutine or Tag.TryBlock or Tag.CatchBlock;

    /// <summary>True for a block that says nothing of its code: its variables are those of the scope around it, as gdb has it.</summary>
    private static bool IsTransparent(Entry entry) =>
        entry.Tag == Tag.LexicalBlock && !entry.Has(AttributeName.LowPc) && !entry.Has(AttributeName.Ranges);

    private static bool Holds(Entry scope, ulong address, List<AddressRange> ranges)
    {
        ranges.Clear();
        AddressRanges.Read(scope, ranges);
        foreach (var range in ranges)
        {
            if (range.Holds(address))
            {
                return true;
            }
        }

        return false;
    }
}
