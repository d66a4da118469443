using TraceAgent.Configuration;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary>Debug information that a command fetches for rules, as the agent does with the same configuration.</summary>
internal static class FetchesOfCommand
{
    /// <summary>
    /// The time for all that one command fetches: the service checks its rules before it starts, for which it has a minute. What takes
    /// longer is pending, as in the agent.
    /// </summary>
    private static readonly TimeSpan WaitTime = TimeSpan.FromSeconds(20);

    /// <summary>The fetches; null when the configuration names no server.</summary>
    public static DebugFetches? Of(AgentConfiguration? configuration)
    {
        if (configuration?.DebugServer is not var (address, cache))
        {
            return null;
        }

        var fetches = new DebugFetches(new DebugServer(address, cache), WaitTime);
        fetches.Waiting += path => Console.Error.WriteLine(
            $"traceagent: fetching the debug information of {PrintableText.Of(path)} from {PrintableText.Of(address.AbsoluteUri)}");
        return fetches;
    }
}
