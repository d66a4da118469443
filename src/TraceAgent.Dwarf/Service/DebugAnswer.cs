using TraceAgent.Capture;
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

    /// <summary>The functions, by address; those that debug information does not have are missing.</summary>
    public EquatableArray<FunctionParameters> Functions { get; init; }

    /// <summary>The types of their parameters and results.</summary>
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

/// <summary>A line of a source file.</summary>
/// <param name="File">The path.</param>
/// <param name="Line">1 is the first; 0 when it is not known.</param>
/// <param name="Column">1 is the first; 0 when it is not known.</param>
public sealed record SourcePlace(string File, uint Line, uint Column);

/// <summary>An address at which a line begins, once for each function and inlined call.</summary>
/// <param name="Address">Virtual address in the file.</param>
/// <param name="Place">The line.</param>
/// <param name="Calls">The function whose code it is, and the calls that the compiler put into it, from the outside inwards.</param>
/// <param name="Variables">Variables and parameters there, those of the innermost scope first.</param>
public sealed record LineSite(
    ulong Address, SourcePlace Place, EquatableArray<ScopeCall> Calls, EquatableArray<LineVariable> Variables);

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
public sealed record LineVariable(string Name, bool IsParameter, string Type, LocationPiece Place, EquatableArray<LineRange> Lives);

/// <summary>Lines from one to another, both of it.</summary>
public sealed record LineRange(uint First, uint Last);
