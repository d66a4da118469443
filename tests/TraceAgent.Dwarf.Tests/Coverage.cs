using System.Globalization;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Frames;
using TraceAgent.Dwarf.Lines;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Scopes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Tests;

/// <summary>
/// Counts at all lines of a file, once for each function and inlined call, the variables that have a value there, and those of them that a
/// probe can read: the others with the reason.
/// </summary>
internal sealed class Coverage
{
    private readonly Dictionary<(bool IsParameter, MissingReason? Why), int> _counts = [];

    private Coverage()
    {
    }

    /// <summary>The lines at which variables were counted.</summary>
    public int Places { get; private set; }

    /// <summary>Counts what is in a file.</summary>
    /// <param name="files">The file with debug information.</param>
    /// <param name="binary">The file with the code, where that is another one: it has the unwind entries.</param>
    public static Coverage Of(DebugFiles files, DebugFiles? binary = null)
    {
        var coverage = new Coverage();
        var sections = (binary ?? files).Sections;
        var frames = FrameTable.Read(sections, SectionKind.ExceptionFrames) is { Count: > 0 } table
            ? table
            : FrameTable.Read(sections, SectionKind.Frames);
        foreach (var unit in files.Entries.Units.Where(unit => unit.Root is { Tag: Tag.CompileUnit }))
        {
            if (LineHeader.TryRead(unit) is { } header)
            {
                coverage.Add(files, unit, header, frames);
            }

            unit.Release();
        }

        return coverage;
    }

    /// <summary>The share of the values that can be read, in percent; 100 where there are none.</summary>
    public double Percent(bool ofParameters)
    {
        var all = _counts.Where(one => one.Key.IsParameter == ofParameters).Sum(one => one.Value);
        return all == 0 ? 100 : 100.0 * _counts.GetValueOrDefault((ofParameters, null)) / all;
    }

    /// <summary>A line for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Places} places, locals {Percent(false):0.00} %, parameters {Percent(true):0.00} %; left over: ")
        + string.Join(", ", _counts.Where(one => one.Key.Why is not null).OrderByDescending(one => one.Value)
            .Select(one => $"{one.Value} {(one.Key.IsParameter ? "parameters" : "locals")} {one.Key.Why}"));

    private void Add(DebugFiles files, Unit unit, LineHeader header, FrameTable frames)
    {
        var functions = FunctionTable.Read(unit);
        var program = new LineProgram(header);
        var seen = new HashSet<(int Scope, ulong File, uint Line)>();
        while (program.MoveNext())
        {
            var row = program.Current;
            if (row is not { EndsSequence: false, IsStatement: true, Line: > 0 } || program.IsRemoved
                || functions.At(row.Address) is not { } function)
            {
                continue;
            }

            var chain = ScopeChain.At(function, row.Address);
            var call = chain.FindLastIndex(scope => scope.Tag is Tag.Subprogram or Tag.InlinedSubroutine);
            if (call < 0 || !seen.Add((chain[call].Offset, row.File, row.Line)))
            {
                continue;
            }

            Places++;
            var finder = new VariableLocation(chain[0], row.Address, files.Architecture, frames.EntryAt(row.Address));
            foreach (var variable in chain.Skip(call).SelectMany(ScopeChain.VariablesOf))
            {
                var place = finder.Of(variable, []);
                if (place is not LocationPiece.Missing { Reason: MissingReason.NotLive or MissingReason.OptimisedOut })
                {
                    var key = (variable.Tag == Tag.FormalParameter, WhyNot(place));
                    _counts[key] = _counts.GetValueOrDefault(key) + 1;
                }
            }
        }
    }

    /// <summary>Why a probe cannot read a place; null when it can, if only in parts.</summary>
    private static MissingReason? WhyNot(LocationPiece place) => place switch
    {
        LocationPiece.Missing missing => missing.Reason,
        LocationPiece.PointerTo pointer => WhyNot(pointer.Target),
        LocationPiece.Pieces pieces => pieces.Parts.Select(part => WhyNot(part.Place)).FirstOrDefault(
            why => why is not (null or MissingReason.OptimisedOut or MissingReason.NotLive)),
        _ => null,
    };
}
