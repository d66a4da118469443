using TraceAgent.Capture;

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

/// <summary>A function of which the parameters are asked.</summary>
/// <param name="Address">The address of its first instruction.</param>
/// <param name="Names">
/// Names of parameters or of variables that are not of one call: what of them is no parameter is looked for in the function, then in
/// its source file, then in all others.
/// </param>
public sealed record AskedFunction(ulong Address, EquatableArray<string> Names);
