using System.Net;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.DebugFiles;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// A server of debug information (debuginfod) and the folder in which what it sent is kept, laid out as <c>/usr/lib/debug</c>. What
/// it sends is any bytes until it has the build id that was asked for; what is in it is read as what anyone may have written.
/// </summary>
/// <param name="server">The address, to which <c>/buildid/ID/debuginfo</c> is added. debuginfod(8), "WEBAPI".</param>
/// <param name="cache">The absolute path of the folder.</param>
public sealed class DebugServer(Uri server, string cache)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The time that a file may take in all.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The maximum size of a file in bytes.</summary>
    public long MaxFileBytes { get; init; } = 2L << 30;

    /// <summary>The bytes in the folder above which those that were not used for the longest time are deleted.</summary>
    public long MaxCacheBytes { get; init; } = 4L << 30;

    /// <summary>Fetches what is missing of a binary's debug information.</summary>
    /// <param name="image">The open binary, whose folders have that of this server.</param>
    /// <param name="path">The path of the binary.</param>
    /// <returns>The reason why something is still missing; null when nothing is, or it has no build id to ask by.</returns>
    public async Task<string?> CompleteAsync(ElfImage image, string path)
    {
        ArgumentNullException.ThrowIfNull(image);
        var files = DebugInformation.Find(image, path, out _);
        if (files is null && image.BuildId is { } id)
        {
            if (await FetchAsync(id).ConfigureAwait(false) is { } reason)
            {
                return reason;
            }

            files = DebugInformation.Find(image, path, out _);
        }

        using (files)
        {
            return files?.MissingSupplement is { } supplement ? await FetchAsync(supplement).ConfigureAwait(false) : null;
        }
    }

    /// <summary>Fetches the file of a build, unless it is there.</summary>
    /// <param name="id">The build id.</param>
    /// <param name="end">Ends the fetch before its time.</param>
    /// <returns>The reason why it is not there; null when it is.</returns>
    public async Task<string?> FetchAsync(string id, CancellationToken end = default)
    {
        var path = new DebugFolders([cache]).OfBuild(id).First();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(end);
        timeout.CancelAfter(FetchTimeout);
        try
        {
            if (File.Exists(path))
            {
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
                return null;
            }

            MakeFolder(Path.GetDirectoryName(path)!);
            var part = $"{path}.{Environment.ProcessId}.part";
            try
            {
                return await ReceiveAsync(id, part, timeout.Token).ConfigureAwait(false) ?? Keep(id, part, path);
            }
            finally
            {
                File.Delete(part);
            }
        }
        catch (OperationCanceledException)
        {
            return end.IsCancellationRequested ? "the agent ended meanwhile" : $"{server} took more than {FetchTimeout.TotalSeconds} s";
        }
        catch (Exception failed) when (failed is HttpRequestException or HttpIOException)
        {
            return $"{server} cannot be reached: {failed.Message}";
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"{cache} cannot be written to: {refused.Message}";
        }
    }

    /// <returns>The reason why it was not received; null when it was.</returns>
    private async Task<string?> ReceiveAsync(string id, string part, CancellationToken timeout)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var address = new Uri($"{server.AbsoluteUri.TrimEnd('/')}/buildid/{id}/debuginfo");
        using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, timeout).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return response.StatusCode == HttpStatusCode.NotFound
                ? $"{server} does not have it"
                : $"{server} answers with status {(int)response.StatusCode}";
        }

        using var content = await response.Content.ReadAsStreamAsync(timeout).ConfigureAwait(false);
        using var file = new FileStream(part, FileMode.Create, FileAccess.Write);
        var buffer = new byte[BufferBytes];
        for (int count; (count = await content.ReadAsync(buffer, timeout).ConfigureAwait(false)) > 0;)
        {
            if (file.Length + count > MaxFileBytes)
            {
                return $"what {server} sends is larger than {MaxFileBytes >> 20} MiB";
            }

            file.Write(buffer, 0, count);
        }

        return null;
    }

    /// <returns>The reason why it is not kept; null when it is.</returns>
    private string? Keep(string id, string part, string path)
    {
        string? sent = null;
        using (var file = new ElfFile(File.OpenHandle(part), (ulong)new FileInfo(part).Length))
        {
            sent = ElfHeader.ReadAny(file, out _) is { } header ? ElfNotes.Read(file, header).BuildId : null;
        }

        if (sent != id)
        {
            return $"what {server} sent belongs to another build ({(sent is null ? "it has no build id" : $"build id {sent}, not {id}")})";
        }

        FileOwnership.Give(part, cache);
        File.Move(part, path, overwrite: true);
        Trim(path);
        return null;
    }

    /// <summary>
    /// Makes a folder below the cache, which whoever owns the cache can use as well: root may fetch by a command for an agent that is
    /// another user.
    /// </summary>
    private void MakeFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            if (path != cache)
            {
                MakeFolder(Path.GetDirectoryName(path)!);
            }

            Directory.CreateDirectory(path);
            FileOwnership.Give(path, cache);
        }
    }

    private void Trim(string newest)
    {
        var files = new DirectoryInfo(Path.Combine(cache, ".build-id")).EnumerateFiles("*.debug", SearchOption.AllDirectories)
            .OrderByDescending(file => file.FullName == newest).ThenByDescending(file => file.LastWriteTimeUtc).ToList();
        var total = 0L;
        foreach (var file in files)
        {
            total += file.Length;
            if (total > MaxCacheBytes && file.FullName != newest)
            {
                file.Delete();
            }
        }
    }
}
