using TraceAgent.Bpf.Uprobes;

namespace TraceAgent.Hosting;

/// <summary>
/// The choices that the environment makes in place of the agent: for hosts where the better way misbehaves, and for tests.
/// </summary>
/// <param name="AttachMethod"><c>TRACEAGENT_ATTACH=multi</c> or <c>perf</c>.</param>
/// <param name="Sleepable"><c>TRACEAGENT_READS=waiting</c> or <c>plain</c>.</param>
internal sealed record KernelOverrides(AttachMethod? Method, bool? Sleepable)
{
    private const string AttachVariable = "TRACEAGENT_ATTACH";
    private const string ReadsVariable = "TRACEAGENT_READS";

    /// <param name="variable">Gives the value of an environment variable.</param>
    /// <param name="problem">The error in them; null when the choices are valid.</param>
    public static KernelOverrides? Read(Func<string, string?> variable, out string? problem)
    {
        problem = null;
        var method = Choose<AttachMethod>(
            variable, AttachVariable, ref problem, ("multi", AttachMethod.Multi), ("perf", AttachMethod.PerfEvent));
        var mayWait = Choose<bool>(variable, ReadsVariable, ref problem, ("waiting", true), ("plain", false));
        return problem is null ? new KernelOverrides(method, mayWait) : null;
    }

    private static T? Choose<T>(Func<string, string?> variable, string name, ref string? problem, params (string Word, T Meaning)[] choices)
        where T : struct
    {
        var asked = variable(name);
        if (string.IsNullOrEmpty(asked))
        {
            return null;
        }

        foreach (var (word, meaning) in choices)
        {
            if (asked == word)
            {
                return meaning;
            }
        }

        problem = $"{(problem is null ? "" : $"{problem}; ")}{name} is '{asked}'; it may be " +
            $"{string.Join(" or ", choices.Select(choice => choice.Word))}";
        return null;
    }
}
