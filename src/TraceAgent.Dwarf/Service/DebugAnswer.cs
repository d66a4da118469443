using System.Globalization;
using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Locations;

namespace TraceAgent.Dwarf.Service;

/// <summary>The answer of debug information to a <see cref="DebugQuery"/>.</summary>
public sealed record DebugAnswer
{
    /// <summary>Paths of source files: all, or those that fit when several do.</summary>
    public EquatableArray<string> Files { get; init; }

    /// <summary>The places, by file, line and address.</summary>
    public EquatableArray<LineSite> Sites { get; init; }

    /// <summary>Files with the part of the debug information that the question is about and that the reader did not get.</summary>
    public EquatableArray<SplitFile> Missing { get; init; }

    /// <summary>The results for the lines of <see cref="DebugQuery.Wanted"/>, in their order, besides places.</summary>
    public EquatableArray<FoundLine> Lines { get; init; }

    /// <summary>The functions, by address; those that debug information does not have are missing.</summary>
    public EquatableArray<FunctionParameters> Functions { get; init; }

    /// <summary>The types of variables, parameters and results.</summary>
    public TypeTable Types { get; init; } = TypeTable.Empty;

    /// <summary>The indexes of types that were asked for by name; those that the program does not have are missing.</summary>
    public EquatableArray<KeyValuePair<string, int>> NamedTypes { get; init; }

    /// <summary>Sentences without a full stop about what could not be read.</summary>
    public EquatableArray<string> Problems { get; init; }

    /// <summary>True when there is more than an answer may have.</summary>
    public bool IsCut { get; init; }
}

/// <summary>A <c>.dwo</c> file, as the compiler names it.</summary>
/// <param name="Folder">The folder in which it compiled.</param>
/// <param name="Name">The path, which may be relative to the folder.</param>
public sealed record SplitFile(string Folder, string Name);

/// <summary>The parameters of a function at its entry, and its result where it returns.</summary>
/// <param name="Address">The address of its first instruction.</param>
/// <param name="Parameters">The parameters in the order of the source, with their places on entry.</param>
/// <param name="Result">The result, with its place when the function returns; null for a function that returns nothing.</param>
public sealed record FunctionParameters(ulong Address, EquatableArray<SiteVariable> Parameters, SiteVariable? Result)
{
    /// <summary>True when it may be called with more: <c>...</c>, or what the compiler adds.</summary>
    public bool TakesMore { get; init; }

    /// <summary>The variables that are not of one call and were asked for by their names, with their places in the file.</summary>
    public EquatableArray<SiteStatic> Statics { get; init; }
}

/// <summary>An address at which a line begins, once for each function and inlined call.</summary>
/// <param name="Address">Virtual address in the file.</param>
/// <param name="Place">The line.</param>
/// <param name="Calls">The function whose code it is, and the calls that the compiler put into it, from the outside inwards.</param>
/// <param name="Variables">Variables and parameters there, those of the innermost scope first.</param>
public sealed record LineSite(
    ulong Address, SourcePlace Place, EquatableArray<ScopeCall> Calls, EquatableArray<LineVariable> Variables)
{
    /// <summary>Virtual address where the function whose code it is begins; 0 when that is not known.</summary>
    public ulong Entry { get; init; }

    /// <summary>The index of the <see cref="WantedLine"/> that it answers; 0 for other questions.</summary>
    public int Wanted { get; init; }

    /// <summary>
    /// The number of other places of the line in the same function or inlined call: of a loop that was unrolled, or of code that was moved
    /// apart.
    /// </summary>
    public int More { get; init; }

    /// <summary>The variables that are not of one call and have the names that were asked for.</summary>
    public EquatableArray<SiteStatic> Statics { get; init; }

    /// <summary>The names of the other variables in scope, as rules write them.</summary>
    public EquatableArray<string> Others { get; init; }
}

/// <summary>The result for a <see cref="WantedLine"/>, besides its places.</summary>
/// <param name="Files">Paths of source files that fit: several when nothing says which is meant.</param>
/// <param name="Line">The line that was looked for; 0 when it is not known.</param>
/// <param name="Nearest">Lines with code around a line that has none.</param>
public sealed record FoundLine(EquatableArray<string> Files, uint Line, EquatableArray<uint> Nearest);

/// <summary>A function, or an inlined call of one.</summary>
/// <param name="Function">The name without its namespace.</param>
/// <param name="CalledAt">The line that calls it; null for the function whose code it is.</param>
public sealed record ScopeCall(string Function, SourcePlace? CalledAt);

/// <summary>A variable or parameter at one address.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsParameter">True for a parameter.</param>
/// <param name="Type">The type as the source has it.</param>
/// <param name="Place">The location of its value.</param>
/// <param name="Lives">Lines where its value can be had, when it cannot here.</param>
public sealed record LineVariable(string Name, bool IsParameter, string Type, LocationPiece Place, EquatableArray<LineRange> Lives)
{
    /// <summary>The index of its type in <see cref="DebugAnswer.Types"/>; null when types were not asked for.</summary>
    public int? Shape { get; init; }

    /// <summary>True when a variable of an inner scope has the name.</summary>
    public bool IsShadowed { get; init; }
}

/// <summary>Lines from one to another, both of it.</summary>
public sealed record LineRange(uint First, uint Last)
{
    /// <summary>Lines in words: <c>line 7</c>, <c>lines 3-5, 9</c>.</summary>
    public static string Text(IEnumerable<LineRange> ranges)
    {
        var lines = ranges.ToList();
        return $"{(lines is [{ } only] && only.First == only.Last ? "line" : "lines")} {string.Join(", ", lines)}";
    }

    /// <summary>The lines: <c>7</c>, <c>3-5</c>.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
