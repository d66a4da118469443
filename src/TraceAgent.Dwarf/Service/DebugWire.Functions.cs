using TraceAgent.Capture;
using TraceAgent.Capture.Variables;

namespace TraceAgent.Dwarf.Service;

/// <summary>The part for functions and their variables.</summary>
public static partial class DebugWire
{
    private static void Write(WireWriter writer, FunctionParameters function)
    {
        writer.Number(function.Address);
        writer.List([.. function.Parameters.Take(MaxVariables)], variable => Write(writer, variable));
        writer.Flag(function.Result is not null);
        if (function.Result is { } result)
        {
            Write(writer, result);
        }

        writer.Flag(function.TakesMore);
        writer.List([.. function.Statics.Take(DebugQuery.Parameters.MaxNames)], variable =>
        {
            writer.Text(variable.Name);
            writer.Index(variable.Type);
            writer.Piece(variable.Place);
            writer.List([.. variable.Candidates.Take(StaticFinder.MaxCandidates)], writer.Text);
        });
    }

    private static EquatableArray<SiteStatic> Statics(ref WireReader reader, TypeTable types)
    {
        var variables = new SiteStatic[reader.Count(DebugQuery.Parameters.MaxNames)];
        for (var i = 0; i < variables.Length; i++)
        {
            variables[i] = new SiteStatic(reader.Text(), reader.Index(types.Shapes.Count), reader.Piece())
            {
                Candidates = Texts(ref reader, StaticFinder.MaxCandidates),
            };
        }

        return [.. variables];
    }

    private static void Write(WireWriter writer, SiteVariable variable)
    {
        writer.Text(variable.Name);
        writer.Index(variable.Type);
        writer.Piece(variable.Place);
    }

    private static SiteVariable Variable(ref WireReader reader, TypeTable types) =>
        new(reader.Text(), reader.Index(types.Shapes.Count), reader.Piece());

    private static EquatableArray<SiteVariable> Variables(ref WireReader reader, TypeTable types)
    {
        var variables = new SiteVariable[reader.Count(MaxVariables)];
        for (var i = 0; i < variables.Length; i++)
        {
            variables[i] = Variable(ref reader, types);
        }

        return [.. variables];
    }
}
