using System.Globalization;
using System.Text;
using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Frames;
using TraceAgent.Dwarf.Lines;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Scopes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Writes what the reader reads in the form in which the oracles write the same.</summary>
internal sealed class Dump(DebugFiles files, TextWriter output, int step = 1)
{
    /// <summary>Every row of every line table, and the paths of its files.</summary>
    public void Lines()
    {
        foreach (var unit in files.Entries.Units
            .Where(unit => unit.Root?.SectionOffset(AttributeName.StatementList) is not null)
            .DistinctBy(unit => unit.Root!.Value.SectionOffset(AttributeName.StatementList))
            .OrderBy(unit => unit.Root!.Value.SectionOffset(AttributeName.StatementList)))
        {
            if (LineHeader.TryRead(unit) is not { } header)
            {
                continue;
            }

            output.WriteLine($"table {unit.Root!.Value.SectionOffset(AttributeName.StatementList):x}");
            foreach (var (index, file) in header.Files.Index())
            {
                output.WriteLine($"file {(ulong)index + header.FirstFile} {Encoding.UTF8.GetString(header.NameOf(file))}");
            }

            var program = new LineProgram(header);
            while (program.MoveNext())
            {
                var row = program.Current;
                output.WriteLine(
                    $"{row.Address:x} {row.File}:{row.Line}:{row.Column}{(row.IsStatement ? " statement" : "")}"
                    + $"{(row.IsPrologueEnd ? " prologue_end" : "")}{(row.EndsSequence ? " end" : "")}");
            }
        }
    }

    /// <summary>Every function, block, inlined call, variable and parameter: ranges, names and locations.</summary>
    public void Entries()
    {
        foreach (var unit in files.Entries.Units)
        {
            output.WriteLine($"unit {unit.Offset:x}");
            if (unit.Root is not { } root)
            {
                continue;
            }

            Write(root);
            var walk = new EntryWalk(root);
            while (walk.MoveNext())
            {
                Write(walk.Current);
            }

            unit.Release();
        }
    }

    /// <summary>The scopes around the rows of the line tables.</summary>
    public void Chains() => ForEachPlace((_, address, chain) =>
        output.WriteLine($"{address:x}{string.Concat(chain.Select(entry => $" {entry.Offset:x}"))}"));

    /// <summary>The variables around the rows, and how a probe reads them.</summary>
    public void Places()
    {
        var frames = FrameTable.Read(files.Sections, SectionKind.ExceptionFrames) is { Count: > 0 } table
            ? table
            : FrameTable.Read(files.Sections, SectionKind.Frames);
        ForEachPlace((_, address, chain) =>
        {
            var finder = new VariableLocation(chain[0], address, files.Architecture, frames.EntryAt(address));
            foreach (var variable in chain.SelectMany(ScopeChain.VariablesOf))
            {
                output.WriteLine(
                    $"{address:x} {variable.Offset:x} {Encoding.UTF8.GetString(variable.Name())} {PlaceText.Of(finder.Of(variable, []))}");
            }
        });
    }

    /// <summary>The unwind rows at addresses, one of them a line.</summary>
    public void Frames(TextReader addresses)
    {
        var tables = new[] { SectionKind.ExceptionFrames, SectionKind.Frames }
            .Select(kind => FrameTable.Read(files.Sections, kind)).ToList();
        while (addresses.ReadLine() is { } line)
        {
            var row = tables.Select(table => table.RowAt(ulong.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
                .FirstOrDefault(row => row is not null);
            output.WriteLine($"{line} {(row is { } known ? TextOf(known) : "none")}");
        }
    }

    private static string TextOf(FrameRow row)
    {
        var frame = row.CfaRegister < 0 ? "exp" : $"{row.CfaRegister}{row.CfaOffset:+0;-0;+0}";
        return $"{frame} {(row.ReturnAddressAt is { } place ? $"c{place:+0;-0;+0}" : "u")}";
    }

    private void ForEachPlace(Action<Unit, ulong, List<Entry>> visit)
    {
        foreach (var unit in files.Entries.Units)
        {
            if (unit.Root is not { Tag: Tag.CompileUnit } || LineHeader.TryRead(unit) is not { } header)
            {
                continue;
            }

            output.WriteLine($"unit {unit.Offset:x}");
            var functions = FunctionTable.Read(unit);
            var program = new LineProgram(header);
            for (var row = 0; program.MoveNext(); row++)
            {
                if (row % step == 0 && program.Current is { EndsSequence: false, Address: var address } && !program.IsRemoved
                    && functions.At(address) is { } function)
                {
                    visit(unit, address, ScopeChain.At(function, address));
                }
            }

            unit.Release();
        }
    }

    private void Write(Entry entry)
    {
        if (entry.Tag is Tag.Variable or Tag.FormalParameter)
        {
            output.WriteLine($"{entry.Offset:x} variable {Encoding.UTF8.GetString(entry.Name())}");
            var places = new List<LocationEntry>();
            LocationList.Read(entry, AttributeName.Location, places);
            foreach (var place in places.Where(place => !place.IsEmpty))
            {
                output.WriteLine($" {place.Range.Start:x}-{place.Range.End:x}{Operations(entry.Unit, place)}");
            }
        }
        else if (entry.Tag is Tag.Subprogram or Tag.InlinedSubroutine or Tag.LexicalBlock or Tag.CompileUnit)
        {
            var ranges = new List<AddressRange>();
            AddressRanges.Read(entry, ranges);
            output.WriteLine(
                $"{entry.Offset:x} {entry.Tag} {Encoding.UTF8.GetString(entry.Name())}"
                + string.Concat(ranges.Select(range => $" {range.Start:x}-{range.End:x}")));
        }
    }

    private string Operations(Unit unit, LocationEntry place)
    {
        var text = new StringBuilder();
        var cursor = new Cursor(place.BytesIn(files.Sections));
        while (!cursor.IsAtEnd && Operation.TryRead(ref cursor, unit.Format) is { } operation)
        {
            text.Append(CultureInfo.InvariantCulture, $" {operation.Code:x}");
            if (operation.BlockAt == 0 && operation.Code is not Op.ImplicitValue)
            {
                text.Append(CultureInfo.InvariantCulture, $":{operation.First:x}:{operation.Second:x}");
            }
        }

        return text.ToString();
    }
}
