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
        WriteStatics(writer, function.Statics);
    }

    internal static void WriteStatics(WireWriter writer, EquatableArray<SiteStatic> statics) =>
        writer.List([.. statics.Take(DebugQuery.Parameters.MaxNames)], variable =>
        {
            writer.Text(variable.Name);
            writer.Index(variable.Type);
            writer.Piece(variable.Place);
            writer.List([.. variable.Candidates.Take(StaticFinder.MaxCandidates)], writer.Text);
        });

    /// <summary>Reads variables that are not of one call.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="types">The number of types that they may have.</param>
    internal static EquatableArray<SiteStatic> Statics(ref WireReader reader, int types)
    {
        var variables = new SiteStatic[reader.Count(DebugQuery.Parameters.MaxNames)];
        for (var i = 0; i < variables.Length; i++)
        {
            variables[i] = new SiteStatic(reader.Text(), reader.Index(types), reader.Piece())
            {
                Candidates = reader.Texts(StaticFinder.MaxCandidates),
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
