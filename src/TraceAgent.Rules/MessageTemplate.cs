using TraceAgent.Capture;

namespace TraceAgent.Rules;

/// <summary>A Serilog message template (messagetemplates.org), parsed once: text and holes in order.</summary>
/// <param name="Text">As it stands in the file.</param>
public sealed record MessageTemplate(string Text, EquatableArray<MessageToken> Tokens);

public abstract record MessageToken
{
    private MessageToken()
    {
    }

    /// <summary>Literal text, with <c>{{</c> and <c>}}</c> already single.</summary>
    public sealed record Literal(string Text) : MessageToken;

    /// <summary><c>{Name,Alignment:Format}</c>.</summary>
    public sealed record Hole(string Name, string? Format) : MessageToken;
}
