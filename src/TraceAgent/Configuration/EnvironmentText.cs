using System.Text;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Configuration;

/// <summary>Expands <c>${VAR}</c> and <c>${VAR:-default}</c> in a text from the environment.</summary>
internal static class EnvironmentText
{
    /// <summary>The text with the variables' values; null, with a diagnostic, when there is none.</summary>
    public static string? Expand(YamlScalar scalar, AgentDraft agent, DiagnosticBag bag)
    {
        var text = scalar.Value;
        var expanded = new StringBuilder();
        var at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf('}', open);
            if (close < 0)
            {
                bag.Error(DiagnosticCode.InvalidValue, scalar.SpanOf(open, 2), "a '${' without '}'");
                return null;
            }

            var inside = text[(open + 2)..close];
            var colon = inside.IndexOf(":-", StringComparison.Ordinal);
            var name = colon < 0 ? inside : inside[..colon];
            var value = agent.Environment(name);
            if (colon >= 0 && string.IsNullOrEmpty(value))
            {
                value = inside[(colon + 2)..];
            }

            if (value is null)
            {
                bag.Error(
                    DiagnosticCode.InvalidValue,
                    scalar.SpanOf(open, close + 1 - open),
                    $"the environment variable '{Quoted.Clip(name)}' is not set",
                    $"a value for that case: ${{{Quoted.Clip(name)}:-…}}");
                return null;
            }

            expanded.Append(text, at, open - at).Append(value);
            at = close + 1;
        }

        return expanded.Append(text, at, text.Length - at).ToString();
    }
}
