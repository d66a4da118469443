namespace TraceAgent.Dwarf.Lines;

/// <summary>A row of the line table: from its address on, the code is of its line. DWARF 5, section 6.2.2.</summary>
internal readonly record struct LineRow
{
    public required ulong Address { get; init; }

    /// <summary>Index of the file in <see cref="LineHeader"/>.</summary>
    public required ulong File { get; init; }

    /// <summary>0 for code of no line.</summary>
    public required uint Line { get; init; }

    /// <summary>The column, from 1; 0 when it is not known.</summary>
    public required uint Column { get; init; }

    /// <summary>True where a debugger would stop.</summary>
    public required bool IsStatement { get; init; }

    /// <summary>True for the address after the last instruction of a sequence, which is of no line.</summary>
    public required bool EndsSequence { get; init; }

    /// <summary>
    /// True for the only row of its address, or one of the same line as the last of them: the code there is of its line. What optimisation
    /// left nothing of has rows, too, which come before it.
    /// </summary>
    public bool HasCode { get; init; }

    /// <summary>True when the row before it is of another line.</summary>
    public bool BeginsLine { get; init; }

    /// <summary>True after the instructions that make the frame.</summary>
    public required bool IsPrologueEnd { get; init; }
}
