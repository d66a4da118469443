using TraceAgent.Capture;
using TraceAgent.Capture.Places;

namespace TraceAgent.Symbols;

/// <summary>One instruction to probe, with what people call it.</summary>
/// <param name="FileOffset">Bytes from the start of the file: what the kernel takes.</param>
/// <param name="Address">Virtual address in the ELF file, as nm and objdump print it.</param>
/// <param name="Symbol">The function that the rule asked for, or that holds the address; empty when the file names none.</param>
/// <param name="SymbolOffset">
/// Bytes from the function's start to the place that the rule asked for. The probe itself may sit a little further, where
/// a hit is cheaper and nothing that a rule can see has changed.
/// </param>
public sealed record ProbeSite(ulong FileOffset, ulong Address, string Symbol, ulong SymbolOffset) : UprobeSite(FileOffset)
{
    /// <summary>True when the kernel emulates the instruction; else it single-steps it, and a hit costs several times as much.</summary>
    public bool IsEmulated { get; init; }

    /// <summary>The line of source that begins there; null for places that were not found by a line.</summary>
    public SourceLine? Source { get; init; }

    /// <summary>The functions that a call may leave to by a jump, and at whose RET instructions it ends then.</summary>
    public EquatableArray<FollowedFunction> Followed { get; init; }

    /// <summary>The name <c>AddNum</c>, <c>AddNum+0x14</c> or, without a symbol, <c>0x117d</c>.</summary>
    public string DisplayName => (Symbol, SymbolOffset) switch
    {
        ("", _) => $"0x{Address:x}",
        (_, 0) => Symbol,
        _ => $"{Symbol}+0x{SymbolOffset:x}",
    };
}
