using TraceAgent.Capture;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>The form in which lines, their places and variables go from one process to the other.</summary>
internal static class LineWire
{
    private const int MaxCalls = 256;
    private const int MaxVariables = 1024;
    private const int MaxNames = 1024;
    private const int MaxEntries = 64;
    private const int MaxPaths = 64;

    public static void Write(WireWriter writer, WantedLine line)
    {
        writer.Text(line.Name);
        writer.Number(line.Line);
        writer.Flag(line.IsOfFunction);
        writer.List([.. line.Entries.Take(MaxEntries)], writer.Number);
        writer.Number(line.Column);
        writer.Flag(line.TakesNext);
        writer.Flag(line.AllPlaces);
        writer.List([.. line.Variables.Names.Take(MaxNames)], writer.Text);
        writer.Flag(line.Variables.AllParameters);
        writer.Flag(line.Variables.AllLocals);
    }

    public static DebugQuery.Wanted ReadWanted(ref WireReader reader)
    {
        var hops = (int)reader.Checked(reader.Number(), DebugQuery.Parameters.MaxHops);
        var typeNames = reader.Texts(DebugQuery.Parameters.MaxNames);
        var lines = new WantedLine[reader.Count(DebugQuery.Wanted.MaxLines)];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = new WantedLine(reader.Text(), reader.Line())
            {
                IsOfFunction = reader.Flag(),
                Entries = Entries(ref reader),
                Column = reader.Line(),
                TakesNext = reader.Flag(),
                AllPlaces = reader.Flag(),
                Variables = new WantedVariables(reader.Texts(MaxNames), reader.Flag(), reader.Flag()),
            };
        }

        return new DebugQuery.Wanted([.. lines], hops) { TypeNames = typeNames };
    }

    public static void Write(WireWriter writer, FoundLine line)
    {
        writer.List([.. line.Files.Take(MaxPaths)], writer.Text);
        writer.Number(line.Line);
        writer.List([.. line.Nearest], number => writer.Number(number));
    }

    public static FoundLine ReadFound(ref WireReader reader) => new(reader.Texts(MaxPaths), reader.Line(), Numbers(ref reader));

    public static void Write(WireWriter writer, LineSite site)
    {
        writer.Number(site.Address);
        writer.Number(site.Entry);
        writer.Number((ulong)site.Wanted);
        writer.Place(site.Place);
        writer.List([.. site.Calls.Take(MaxCalls)], call =>
        {
            writer.Text(call.Function);
            writer.Flag(call.CalledAt is not null);
            if (call.CalledAt is { } place)
            {
                writer.Place(place);
            }
        });
        writer.List([.. site.Variables.Take(MaxVariables)], variable =>
        {
            writer.Text(variable.Name);
            writer.Flag(variable.IsParameter);
            writer.Text(variable.Type);
            writer.Piece(variable.Place);
            writer.List([.. variable.Lives], lines =>
            {
                writer.Number(lines.First);
                writer.Number(lines.Last);
            });
            writer.Index(variable.Shape);
            writer.Flag(variable.IsShadowed);
        });
        writer.Number((ulong)site.More);
        writer.List([.. site.Others.Take(MaxNames)], writer.Text);
        DebugWire.WriteStatics(writer, site.Statics);
    }

    public static LineSite ReadSite(ref WireReader reader)
    {
        var (address, entry) = (reader.Number(), reader.Number());
        var wanted = (int)reader.Checked(reader.Number(), DebugQuery.Wanted.MaxLines);
        return new LineSite(address, reader.Place(), Calls(ref reader), Variables(ref reader))
        {
            Entry = entry,
            Wanted = wanted,
            More = (int)reader.Checked(reader.Number(), int.MaxValue),
            Others = reader.Texts(MaxNames),
            Statics = DebugWire.Statics(ref reader, ShapeReader.MaxShapes + 1),
        };
    }

    private static EquatableArray<ScopeCall> Calls(ref WireReader reader)
    {
        var calls = new ScopeCall[reader.Count(MaxCalls)];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = new ScopeCall(reader.Text(), reader.Flag() ? reader.Place() : null);
        }

        return [.. calls];
    }

    private static EquatableArray<LineVariable> Variables(ref WireReader reader)
    {
        var variables = new LineVariable[reader.Count(MaxVariables)];
        for (var i = 0; i < variables.Length; i++)
        {
            variables[i] = new LineVariable(reader.Text(), reader.Flag(), reader.Text(), reader.Piece(), Lives(ref reader))
            {
                Shape = reader.Index(ShapeReader.MaxShapes + 1),
                IsShadowed = reader.Flag(),
            };
        }

        return [.. variables];
    }

    private static EquatableArray<LineRange> Lives(ref WireReader reader)
    {
        var lives = new LineRange[reader.Count(MaxVariables)];
        for (var i = 0; i < lives.Length; i++)
        {
            lives[i] = new LineRange(reader.Line(), reader.Line());
        }

        return [.. lives];
    }

    private static EquatableArray<ulong> Entries(ref WireReader reader)
    {
        var entries = new ulong[reader.Count(MaxEntries)];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = reader.Number();
        }

        return [.. entries];
    }

    private static EquatableArray<uint> Numbers(ref WireReader reader)
    {
        var numbers = new uint[reader.Count(MaxPaths)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = reader.Line();
        }

        return [.. numbers];
    }
}
