using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tokens;

internal enum TokenKind
{
    Name,
    Number,
    Duration,

    /// <summary>A text in quotes.</summary>
    Quotation,

    /// <summary>An operator or a bracket.</summary>
    Sign,

    /// <summary>Something that belongs to no expression; it has been reported.</summary>
    Bad,
    End,
}

/// <summary>A word of an expression or a signature.</summary>
/// <param name="Text">The word as it stands there; for a quotation, what it says.</param>
/// <param name="Value">The value of a number, or of a duration in ns.</param>
/// <param name="Start">UTF-16 units from the start of the text.</param>
internal sealed record Token(TokenKind Kind, string Text, ulong Value, int Start, int Length)
{
    /// <summary>True for a quotation of one character in single quotes, which may be meant as a number.</summary>
    public bool MayBeCharacter { get; init; }

    public int End => Start + Length;

    public bool Is(string sign) => Kind == TokenKind.Sign && Text == sign;

    /// <summary>The word's name in messages.</summary>
    public string Noun => Kind == TokenKind.End ? "end" : $"'{Quoted.Clip(Text)}'";
}
