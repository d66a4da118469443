using Microsoft.Extensions.Logging;
using TraceAgent.Configuration;
using TraceAgent.Logging;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Hosting;

/// <summary>Reports changes of the agent configuration to the operator.</summary>
internal sealed class ConfigurationReporter(ILogger logger) : IConfigurationListener
{
    public void Rejected(AgentConfigurationFile file)
    {
        using var text = new StringWriter();
        foreach (var diagnostic in file.Diagnostics)
        {
            DiagnosticWriter.WriteText(text, diagnostic, file.Source, colours: false);
        }

        Log.ConfigurationRejected(logger, file.Source.Path, text.ToString().TrimEnd('\n'));
    }

    public void NeedsStart(IReadOnlyList<string> keys) => Log.ConfigurationNeedsStart(logger, string.Join(", ", keys));

    public void Exchanged(IReadOnlyList<string> outputs) => Log.OutputsChanged(logger, string.Join(", ", outputs));

    public void Refused(string reason) => Log.OutputsRefused(logger, reason);
}
