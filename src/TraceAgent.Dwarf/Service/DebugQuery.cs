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

    /// <summary>The parameters and results of functions.</summary>
    /// <param name="Addresses">Addresses of their first instructions.</param>
    /// <param name="Types">The types that are wanted beside those of the parameters.</param>
    public sealed record Parameters(EquatableArray<ulong> Addresses, AskedTypes Types) : DebugQuery
    {
        /// <summary>The maximum number of functions of a question.</summary>
        public const int MaxAddresses = 1 << 13;

        /// <summary>The maximum number of steps.</summary>
        public const int MaxHops = 64;

        /// <summary>The maximum number of names.</summary>
        public const int MaxNames = 1 << 10;
    }
}
