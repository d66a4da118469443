using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Captures;

/// <summary>Reads <c>at</c>: when a value is read.</summary>
internal static class AtValue
{
    private static readonly Dictionary<string, bool> Words = new() { ["return"] = true };

    /// <summary>The key of a value.</summary>
    /// <typeparam name="TDraft">The draft of the value.</typeparam>
    /// <param name="set">Receives the place of the key's value.</param>
    public static Key<TDraft> Key<TDraft>(Action<TDraft, SourceSpan> set) => new(
        "at",
        "return: memory is read when the function returns, at the address that the arguments gave on entry. Only with on: call.",
        JsonSchema.Enum("return"),
        (draft, entry, bag) =>
        {
            if (ScalarValue.OneOf(entry, Words, bag) is not null)
            {
                set(draft, entry.Value.At);
            }
        });
}
