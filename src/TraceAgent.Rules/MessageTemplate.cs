using TraceAgent.Capture;

namespace TraceAgent.Rules;

/// <summary>A Serilog message template (messagetemplates.org), parsed once: text and holes in order.</summary>
/// <param name="Text">The text as it stands in the file, but every value under its own name.</param>
/// <param name="Tokens">The text and holes that it consists of.</param>
public sealed record MessageTemplate(string Text, EquatableArray<MessageToken> Tokens)
{
    /// <summary>True when the message shows this value.</summary>
    public bool Shows(string name) => Tokens.Any(token => token is MessageToken.Hole hole && hole.Name == name);
}

public abstract record MessageToken
{
    private MessageToken()
    {
    }

    /// <summary>Literal text, with <c>{{</c> and <c>}}</c> already single.</summary>
    public sealed record Literal(string Text) : MessageToken;

    /// <summary>A hole: <c>{Name,Alignment:Format}</c>.</summary>
    /// <param name="Name">The name of a value that the event has.</param>
    /// <param name="Format">The format, which fits the value; null for the value's own.</param>
    /// <param name="Alignment">The minimum width in characters: to the right when positive, to the left when negative.</param>
    public sealed record Hole(string Name, string? Format, int? Alignment = null) : MessageToken;
}
