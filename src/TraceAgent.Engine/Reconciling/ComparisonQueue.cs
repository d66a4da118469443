using System.Collections.Concurrent;
using TraceAgent.Engine.Resolving;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Reconciling;

/// <summary>
/// Compares attached rules with debug information, each once for each binary: on a thread of its own, after everything else, since
/// nothing that is logged waits for it.
/// </summary>
/// <param name="comparison">Compares.</param>
/// <param name="report">Takes the warnings with the texts that they point into, on that thread.</param>
public sealed class ComparisonQueue(SourceComparison comparison, Action<Diagnostic, SourceText> report) : IDisposable
{
    private readonly BlockingCollection<Comparison> _waiting = [];
    private Dictionary<(string Rule, FileIdentity File), Rule> _known = [];
    private Thread? _thread;

    /// <summary>Compares what is new among these rules, soon. The thread starts when there is something.</summary>
    /// <param name="attached">All rules that are attached.</param>
    /// <param name="sources">The texts of their files, by path.</param>
    public void Take(IEnumerable<RuleProbe> attached, IReadOnlyDictionary<string, SourceText> sources)
    {
        ArgumentNullException.ThrowIfNull(attached);
        var known = new Dictionary<(string Rule, FileIdentity File), Rule>();
        var fresh = new List<RuleProbe>();
        foreach (var probe in attached.Where(probe => SourceContradictions.MayBeOf(probe.Rule)))
        {
            var isNew = false;
            foreach (var file in probe.Parts.SelectMany(part => part.Files))
            {
                var key = (probe.Rule.Name.Value, file.Identity);
                isNew |= !_known.TryGetValue(key, out var rule) || rule != probe.Rule;
                known[key] = probe.Rule;
            }

            if (isNew)
            {
                fresh.Add(probe);
            }
        }

        _known = known;
        if (fresh.Count == 0)
        {
            return;
        }

        _waiting.Add(new Comparison(fresh, sources));
        if (_thread is null)
        {
            _thread = new Thread(Work) { Name = "comparison", IsBackground = true };
            _thread.Start();
        }
    }

    /// <summary>Ends the thread when it has compared what it is at, which may take seconds: nobody waits for it.</summary>
    public void Dispose() => _waiting.CompleteAdding();

    private void Work()
    {
        foreach (var next in _waiting.GetConsumingEnumerable())
        {
            foreach (var diagnostic in _waiting.IsAddingCompleted ? [] : comparison.Of(next.Probes))
            {
                report(diagnostic, next.Sources[diagnostic.At.File]);
            }
        }
    }

    private sealed record Comparison(IReadOnlyList<RuleProbe> Probes, IReadOnlyDictionary<string, SourceText> Sources);
}
