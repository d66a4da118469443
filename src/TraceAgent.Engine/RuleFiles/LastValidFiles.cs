using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Engine.RuleFiles;

/// <summary>The latest content of files, and the last content of each that was valid: it stays active while the latest is not.</summary>
/// <typeparam name="TKey">Identifies a file, and how it is read.</typeparam>
/// <typeparam name="TFile">The content.</typeparam>
internal sealed class LastValidFiles<TKey, TFile>
    where TKey : notnull
    where TFile : TextFile
{
    private readonly Dictionary<TKey, (TFile Latest, TFile? Valid)> _files = [];

    /// <summary>The content that was taken last; null when none was.</summary>
    public TFile? LatestOf(TKey key) => _files.GetValueOrDefault(key).Latest;

    /// <summary>The last valid content; null when none was valid.</summary>
    public TFile? ValidOf(TKey key) => _files.GetValueOrDefault(key).Valid;

    /// <summary>Takes the content of a file.</summary>
    /// <param name="key">The file.</param>
    /// <param name="latest">The content.</param>
    /// <param name="valid">The content that is to be active: this one, an earlier one, or null for none.</param>
    public void Take(TKey key, TFile latest, TFile? valid) => _files[key] = (latest, valid);

    /// <summary>Forgets all files but these.</summary>
    public void Keep(IReadOnlySet<TKey> present)
    {
        foreach (var gone in _files.Keys.Where(key => !present.Contains(key)).ToList())
        {
            _files.Remove(gone);
        }
    }
}
