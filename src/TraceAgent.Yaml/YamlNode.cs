using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml;

/// <summary>A node of a YAML document and where it stands.</summary>
public abstract record YamlNode(SourceSpan At)
{
    /// <summary>The node's name in messages.</summary>
    public abstract string Kind { get; }

    /// <summary>True for nothing, <c>~</c> or <c>null</c>.</summary>
    public virtual bool IsNull => false;
}

/// <param name="At">The place of the scalar, quotes included.</param>
/// <param name="Value">The value, unquoted, with escapes resolved.</param>
/// <param name="IsPlain">True without quotes and not a block.</param>
/// <param name="TextColumn">The column of the first character of <paramref name="Value"/> when the file holds it letter by
/// letter on one line; else 0.</param>
public sealed record YamlScalar(SourceSpan At, string Value, bool IsPlain, int TextColumn) : YamlNode(At)
{
    public override string Kind => "text";

    public override bool IsNull => IsPlain && Value is ("" or "~" or "null" or "Null" or "NULL");

    /// <summary>The text of a value that does not stand letter by letter on one line; null when it does.</summary>
    public SpreadText? Spread { get; init; }

    /// <summary>The place of a part of the value, or of the whole scalar when the file spells it differently.</summary>
    public SourceSpan SpanOf(int start, int length) =>
        TextColumn == 0
            ? (Spread?.SpanOf(start, length) ?? At) with { AliasLine = At.AliasLine }
            : At with { Column = TextColumn + start, Length = Math.Max(1, length) };
}

public sealed record YamlSequence(SourceSpan At, IReadOnlyList<YamlNode> Items) : YamlNode(At)
{
    public override string Kind => "a list";
}

public sealed record YamlMapping(SourceSpan At, IReadOnlyList<YamlEntry> Entries) : YamlNode(At)
{
    public override string Kind => "a mapping";
}

/// <summary>A key and its value.</summary>
public sealed record YamlEntry(YamlScalar Key, YamlNode Value);
