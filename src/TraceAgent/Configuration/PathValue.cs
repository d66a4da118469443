using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>Reads paths.</summary>
internal static class PathValue
{
    /// <summary>Reads an absolute path; null, with a diagnostic, when there is none.</summary>
    public static string? Read(YamlEntry entry, AgentDraft agent, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar || EnvironmentText.Expand(scalar, agent, bag) is not { } path)
        {
            return null;
        }

        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"'{entry.Key.Value}' is empty");
            return null;
        }

        return Path.GetFullPath(path, agent.BaseDirectory);
    }
}
