using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Captures;

/// <summary>Reports values that would reveal something of a redacted one.</summary>
internal static class RedactedValue
{
    /// <summary>Reports that something would reveal the redacted value <paramref name="name"/>.</summary>
    public static void Report(DiagnosticBag bag, SourceSpan at, string name, string message) => bag.Error(
        DiagnosticCode.RedactedValue,
        at,
        message,
        SecretNames.IsSecret(name)
            ? $"names like this are redacted; when it is no secret, say `redact: {{not: [{name}]}}`"
            : "see 'redact'");

    public static string Reveals(string owner, string name) => $"'{owner}' would show something of '{name}', which is redacted";
}
