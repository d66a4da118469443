using TraceAgent.Engine.Trust;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Engine.RuleFiles;

/// <summary>
/// Keeps files of one kind as they were read last. A file is read again only when it, or who may write to it, may have changed.
/// </summary>
/// <typeparam name="TKey">Identifies a file, and how it is read.</typeparam>
/// <typeparam name="TFile">The content.</typeparam>
internal sealed class FileCache<TKey, TFile>
    where TKey : notnull
    where TFile : TextFile
{
    private readonly Dictionary<TKey, (FileIdentity Identity, bool IsSettled, TFile File)> _files = [];

    /// <summary>The content that was read last.</summary>
    public IEnumerable<TKey> Keys => _files.Keys;

    /// <summary>Reads a file if it may have changed. Returns the same object again for a file that says the same.</summary>
    /// <param name="key">The file.</param>
    /// <param name="identity">The file as it is now.</param>
    /// <param name="trust">Decides whether it is trusted; null to trust any file.</param>
    /// <param name="read">Reads it.</param>
    public TFile Read(TKey key, FileIdentity identity, PathTrust? trust, Func<TFile> read)
    {
        var isKnown = _files.TryGetValue(key, out var known);
        if (IsCurrent(key, identity, trust))
        {
            return known.File;
        }

        var readAt = DateTime.UtcNow;
        var file = read();
        if (isKnown && known.File.HasContentOf(file))
        {
            file = known.File;
        }

        _files[key] = (identity, identity.ShowsChangesAfter(readAt), file);
        return file;
    }

    /// <summary>True when <see cref="Read"/> would not read the file again.</summary>
    /// <inheritdoc cref="Read"/>
    public bool IsCurrent(TKey key, FileIdentity identity, PathTrust? trust) =>
        _files.TryGetValue(key, out var known) && known.IsSettled && known.Identity == identity
        && trust?.HasChanged(known.File.Path, identity, known.File.Diagnostics) is not true;

    /// <summary>Makes the next call read every file again.</summary>
    public void Expire()
    {
        foreach (var (key, known) in _files.ToList())
        {
            _files[key] = known with { IsSettled = false };
        }
    }

    /// <summary>Forgets all files but these.</summary>
    public void Keep(IReadOnlySet<TKey> present)
    {
        foreach (var gone in _files.Keys.Where(key => !present.Contains(key)).ToList())
        {
            _files.Remove(gone);
        }
    }
}
