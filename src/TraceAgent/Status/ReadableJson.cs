using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceAgent.Status;

/// <summary>The format of the commands' JSON.</summary>
internal static class ReadableJson
{
    /// <summary>
    /// The options: indented, with names in snake case; quotes and non-ASCII characters unescaped, since nobody puts this into
    /// HTML.
    /// </summary>
    public static JsonSerializerOptions Options() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
