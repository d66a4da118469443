using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceAgent.Status;

/// <summary>How the commands' JSON looks.</summary>
internal static class ReadableJson
{
    /// <summary>Indented, with names in snake case; quotes and other than ASCII as they are, since nobody puts this into HTML.</summary>
    public static JsonSerializerOptions Options() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
