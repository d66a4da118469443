using TraceAgent.Capture;
using TraceAgent.Capture.Variables;

namespace TraceAgent.Dwarf.Service;

/// <summary>A question about debug information, as the agent asks the process that reads it.</summary>
public abstract record DebugQuery
{
    private DebugQuery()
    {
    }

    /// <summary>The source files that have code.</summary>
    public sealed record Files : DebugQuery;

    /// <summary>The places of lines of a source file.</summary>
    /// <param name="File">The path or the end of it, whole parts: <c>src/cart.c</c>.</param>
    /// <param name="First">The first line; 1 is the first of the file.</param>
    /// <param name="Last">The last line.</param>
    /// <param name="WithVariables">True to say which variables there are.</param>
    public sealed record Lines(string File, uint First, uint Last, bool WithVariables) : DebugQuery;

    /// <summary>The places of lines within a piece of code.</summary>
    /// <param name="Start">Address of the first instruction.</param>
    /// <param name="End">Address after the last one.</param>
    /// <param name="WithVariables">True to say which variables there are.</param>
    public sealed record Code(ulong Start, ulong End, bool WithVariables) : DebugQuery;

    /// <summary>
    /// The places of lines of a function, wherever it is: also where it was inlined. Takes a look at every entry, so ask for code
    /// when the function has some of its own.
    /// </summary>
    /// <param name="Name">The name without a namespace.</param>
    /// <param name="WithVariables">True to say which variables there are.</param>
    public sealed record Function(string Name, bool WithVariables) : DebugQuery;

    /// <summary>The places of lines that rules name, with the variables that these use.</summary>
    /// <param name="Places">The lines.</param>
    /// <param name="Hops">See <see cref="Parameters.Hops"/>.</param>
    public sealed record Wanted(EquatableArray<WantedLine> Places, int Hops) : DebugQuery
    {
        /// <summary>See <see cref="Parameters.TypeNames"/>.</summary>
        public EquatableArray<string> TypeNames { get; init; }

        /// <summary>The maximum number of lines of a question.</summary>
        public const int MaxLines = 1 << 12;

        // A question has up to 64 KiB.
        private const int MaxBytes = 48 << 10;

        /// <summary>Lines in as few questions as they fit in.</summary>
        public static IEnumerable<EquatableArray<WantedLine>> InParts(IEnumerable<WantedLine> lines)
        {
            ArgumentNullException.ThrowIfNull(lines);
            var (part, bytes) = (new List<WantedLine>(), 0);
            foreach (var line in lines)
            {
                // The largest form of its numbers, and the lengths of its texts.
                const int others = 64;
                var characters = line.Name.Length + line.Variables.Names.Sum(name => name.Length + 1);
                var length = others + (10 * line.Entries.Count) + (4 * characters);
                if (part.Count > 0 && (bytes + length > MaxBytes || part.Count == MaxLines))
                {
                    yield return [.. part];
                    (part, bytes) = ([], 0);
                }

                part.Add(line);
                bytes += length;
            }

            if (part.Count > 0)
            {
                yield return [.. part];
            }
        }
    }

    /// <summary>The parameters and results of functions.</summary>
    /// <param name="Functions">The functions.</param>
    /// <param name="Hops">
    /// Steps from the type of a parameter to types that it leads to: one for each pointer, array and member on the way.
    /// </param>
    public sealed record Parameters(EquatableArray<AskedFunction> Functions, int Hops) : DebugQuery
    {
        /// <summary>Names of types that are wanted besides, with their namespaces, without <c>struct</c> and the like.</summary>
        public EquatableArray<string> TypeNames { get; init; }

        /// <summary>The maximum number of functions of a question.</summary>
        public const int MaxFunctions = 1 << 13;

        /// <summary>The maximum number of names of a function, and of types.</summary>
        public const int MaxNames = 1024;

        /// <summary>The maximum number of steps.</summary>
        public const int MaxHops = 64;
    }
}

/// <summary>A line that a rule names.</summary>
/// <param name="Name">
/// The path of the source file or the end of it, whole parts; for a line that is counted from the start of a function, its name without
/// a namespace.
/// </param>
/// <param name="Line">The line of the file, from 1; or the lines after the one that the function begins on.</param>
public sealed record WantedLine(string Name, uint Line)
{
    /// <summary>True when <paramref name="Name"/> is a function.</summary>
    public bool IsOfFunction { get; init; }

    /// <summary>The addresses of the function; empty when it has no code of its own.</summary>
    public EquatableArray<ulong> Entries { get; init; }

    /// <summary>The column, from 1; 0 for any.</summary>
    public uint Column { get; init; }

    /// <summary>True to take the next line with code when the line has none.</summary>
    public bool TakesNext { get; init; }

    /// <summary>True for all places of the line, also several in one function or inlined call.</summary>
    public bool AllPlaces { get; init; }

    /// <summary>The variables to describe.</summary>
    public WantedVariables Variables { get; init; } = WantedVariables.None;
}

/// <summary>The variables that a rule names.</summary>
/// <param name="Names">The names, as rules write them.</param>
/// <param name="AllParameters">True for all parameters besides.</param>
/// <param name="AllLocals">True for all other variables besides.</param>
public sealed record WantedVariables(EquatableArray<string> Names, bool AllParameters, bool AllLocals)
{
    public static WantedVariables None { get; } = new([], false, false);

    /// <summary>True for a variable that is meant: by its name, or among all.</summary>
    /// <param name="name">The name as the source has it.</param>
    /// <param name="isParameter">True for a parameter.</param>
    public bool Has(string name, bool isParameter) => (isParameter ? AllParameters : AllLocals) || HasName(name);

    /// <summary>True for a variable that is meant by its name.</summary>
    /// <param name="name">The name as the source has it.</param>
    public bool HasName(string name) => VariableName.Of(name) is { } written && Names.Contains(written);
}

/// <summary>A function of which the parameters are asked.</summary>
/// <param name="Address">The address of its first instruction.</param>
/// <param name="Names">
/// Names of parameters or of variables that are not of one call: what of them is no parameter is looked for in the function, then in
/// its source file, then in all others.
/// </param>
public sealed record AskedFunction(ulong Address, EquatableArray<string> Names);
