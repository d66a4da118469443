using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Lines;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Scopes;

namespace TraceAgent.Dwarf.Service;

/// <summary>One unit while it is asked: its lines and functions.</summary>
/// <param name="unit">The unit.</param>
/// <param name="header">The header of its line program.</param>
internal sealed class SourceUnit(Unit unit, LineHeader header)
{
    private LineTable? _lines;
    private FunctionTable? _functions;

    /// <summary>
    /// The lines and functions of a unit of the linked file; null for one that has none: type units, and the parts that dwz took out.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="split">The units that the linker did not take.</param>
    public static SourceUnit? Of(Unit unit, SplitUnits split)
    {
        if (unit.Kind is not (UnitKind.Compile or UnitKind.Skeleton)
            || unit.Root is not { Tag: Tag.CompileUnit or Tag.SkeletonUnit } root || LineHeader.TryRead(unit) is not { } header)
        {
            return null;
        }

        var name = root.Text(root.Has(AttributeName.DwoName) ? AttributeName.DwoName : AttributeName.GnuDwoName);
        if (name.IsEmpty)
        {
            return new SourceUnit(unit, header);
        }

        var whole = SplitUnits.NumberOf(unit) is { } number ? split.Of(unit, number) : null;
        return new SourceUnit(whole ?? unit, header)
        {
            Missing = whole is not null
                ? null
                : new SplitFile(Encoding.UTF8.GetString(root.Text(AttributeName.CompilationFolder)), Encoding.UTF8.GetString(name)),
        };
    }

    /// <summary>The unit of the linked file, which has the addresses of the whole.</summary>
    public Unit Outline => unit.Skeleton ?? unit;

    /// <summary>The file with the functions, when it is another one and not there; else null.</summary>
    public SplitFile? Missing { get; init; }

    public LineHeader Header => header;

    /// <summary>The entry of the unit with the functions and variables.</summary>
    public Entry? Root => unit.Root;

    public LineTable Lines => _lines ??= LineTable.Read(header);

    /// <summary>Forgets what was read: a header is asked for in thousands of units, and one at a time is enough.</summary>
    public void Release()
    {
        (_lines, _functions) = (null, null);
        unit.Release();
        Outline.Release();
    }

    private FunctionTable Functions => _functions ??= FunctionTable.Read(unit);

    /// <summary>The scopes around an address from the function inwards; empty when it is of no function.</summary>
    public List<Entry> ScopesAt(ulong address) => Functions.At(address) is { } function ? ScopeChain.At(function, address) : [];

    /// <summary>The offsets of functions and inlined calls of a name that have code.</summary>
    /// <param name="name">The name without a namespace.</param>
    /// <param name="ranges">Takes their addresses.</param>
    public HashSet<int> InstancesOf(ReadOnlySpan<byte> name, List<AddressRange> ranges)
    {
        var offsets = new HashSet<int>();
        if (unit.Root is not { } root)
        {
            return offsets;
        }

        var walk = new EntryWalk(root);
        while (walk.MoveNext() && ranges.Count < AddressRanges.MaxRanges)
        {
            var before = ranges.Count;
            if (walk.Current.Tag is Tag.Subprogram or Tag.InlinedSubroutine && walk.Current.Name().SequenceEqual(name))
            {
                AddressRanges.Read(walk.Current, ranges);
            }

            if (ranges.Count > before)
            {
                offsets.Add(walk.Current.Offset);
            }
        }

        return offsets;
    }

    /// <summary>The address that the line table marks as the first after the prologue of a function; null when it marks none.</summary>
    /// <param name="function">The function.</param>
    /// <param name="address">The address of its first instruction.</param>
    public ulong? PrologueEndOf(Entry function, ulong address)
    {
        const int mostRows = 64;
        var first = Lines.From(address);
        for (var i = first; i < Math.Min(first + mostRows, Lines.Rows.Count) && !Lines.Rows[i].EndsSequence; i++)
        {
            if (Lines.Rows[i].IsPrologueEnd)
            {
                return Functions.At(Lines.Rows[i].Address)?.Offset == function.Offset ? Lines.Rows[i].Address : null;
            }
        }

        return null;
    }

    /// <summary>The functions among scopes: the one whose code it is, and those of inlined calls.</summary>
    public EquatableArray<ScopeCall> CallsOf(List<Entry> scopes)
    {
        var calls = new List<ScopeCall>();
        foreach (var scope in scopes)
        {
            if (scope.Tag is Tag.Subprogram or Tag.InlinedSubroutine)
            {
                calls.Add(new ScopeCall(
                    Encoding.UTF8.GetString(scope.Name()), scope.Tag == Tag.InlinedSubroutine ? CallerOf(scope) : null));
            }
        }

        return [.. calls];
    }

    /// <summary>
    /// The address at which a line that begins at the start of its function can be probed with its parameters in place: after
    /// the instructions that make the frame, when parameters are in the frame all the time, which is how code without
    /// optimisation has it.
    /// </summary>
    public ulong AfterPrologue(Entry function, LineRow row)
    {
        if (function.Address(AttributeName.LowPc) != row.Address || !HasParametersInFrame(function))
        {
            return row.Address;
        }

        // clang marks the row (prologue_end); gcc's is the second row of the function.
        ulong? second = null;
        for (var i = Lines.From(row.Address); i < Lines.Rows.Count; i++)
        {
            var next = Lines.Rows[i];
            if (next.EndsSequence || (next.Address > row.Address && Functions.At(next.Address)?.Offset != function.Offset))
            {
                break;
            }

            if (next.IsPrologueEnd)
            {
                return next.Address;
            }

            if (next.Address > row.Address && next.IsStatement)
            {
                second ??= next.Address;
            }
        }

        return second ?? row.Address;
    }

    private static bool HasParametersInFrame(Entry function)
    {
        foreach (var variable in ScopeChain.VariablesOf(function))
        {
            if (variable.Tag == Tag.FormalParameter && variable.Block(AttributeName.Location) is [Op.FrameBase, ..])
            {
                return true;
            }
        }

        return false;
    }

    private SourcePlace? CallerOf(Entry call) =>
        call.Unsigned(AttributeName.CallFile) is { } file && header.PathOf(file) is { } path
            ? new SourcePlace(
                path, (uint)(call.Unsigned(AttributeName.CallLine) ?? 0), (uint)(call.Unsigned(AttributeName.CallColumn) ?? 0))
            : null;
}
