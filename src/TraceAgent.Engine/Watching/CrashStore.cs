using System.Text.Json;
using System.Text.Json.Serialization;
using TraceAgent.Linux;

namespace TraceAgent.Engine.Watching;

/// <summary>The record that a run leaves for the next one.</summary>
public sealed record CrashRecord
{
    public const int CurrentVersion = 1;

    public static CrashRecord Empty { get; } =
        new() { Version = CurrentVersion, Boot = "", IsRunning = false, Files = [], Held = [], Ends = [] };

    /// <summary>The version of this format.</summary>
    public required int Version { get; init; }

    /// <summary>The boot ID of the machine: an end by the machine's own is nobody's fault.</summary>
    public required string Boot { get; init; }

    /// <summary>False after a good end.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>The active rule files.</summary>
    public required SeenFile[] Files { get; init; }

    /// <summary>The rule files that are not attached.</summary>
    public required HeldFile[] Held { get; init; }

    /// <summary>The times of the latest runs that did not end well, UTC.</summary>
    public required DateTime[] Ends { get; init; }
}

/// <param name="Path">The path, absolute, or as the user named it.</param>
/// <param name="ChangedNs">Last change of the inode, ns since 1970.</param>
public sealed record SeenFile(string Path, long ChangedNs);

/// <param name="Path">The path as in <see cref="SeenFile"/>.</param>
/// <param name="ChangedNs">The time of change as in <see cref="SeenFile"/>; with another one it is another file.</param>
/// <param name="Reason">The reason in words.</param>
public sealed record HeldFile(string Path, long ChangedNs, string Reason);

/// <summary>The file of a <see cref="CrashRecord"/>. Its time of change is when the run was seen last.</summary>
/// <param name="folder">The folder, absolute; only the agent may write there.</param>
/// <param name="boot">The machine's boot.</param>
public sealed class CrashStore(string folder, string boot)
{
    private const string Name = "run.json";
    private const int MaxSize = 16 << 20;

    private readonly string _path = Path.Combine(folder, Name);

    public string Boot => boot;

    /// <param name="folder">Absolute.</param>
    public static CrashStore In(string folder) => new(folder, ReadBoot());

    /// <summary>The record of the last run, and when it was seen last; null when there is none, or none that can be read.</summary>
    public (CrashRecord? Record, DateTime SeenAt) Read()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists || file.Length > MaxSize)
            {
                return default;
            }

            var record = JsonSerializer.Deserialize(File.ReadAllBytes(_path), CrashJson.Default.CrashRecord);
            var isWhole = record is { Version: CrashRecord.CurrentVersion, Boot: not null, Files: not null, Held: not null, Ends: not null }
                && !record.Files.Contains(null) && !record.Held.Contains(null);
            return isWhole ? (record, file.LastWriteTimeUtc) : default;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            return default;
        }
    }

    /// <summary>Writes the record completely or not at all. Returns null, or why it cannot be written.</summary>
    public string? Write(CrashRecord record)
    {
        var beside = _path + ".new";
        try
        {
            Directory.CreateDirectory(folder);
            File.Delete(beside);
            using (var file = new FileStream(beside, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                JsonSerializer.Serialize(file, record, CrashJson.Default.CrashRecord);
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, _path, overwrite: true);
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"write {_path}: {IoFailure.Describe(problem)}";
        }
    }

    /// <summary>Records that the run is still there. Returns null, or why it cannot be recorded.</summary>
    public string? Touch()
    {
        try
        {
            File.SetLastWriteTimeUtc(_path, DateTime.UtcNow);
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"write {_path}: {IoFailure.Describe(problem)}";
        }
    }

    private static string ReadBoot()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

[JsonSerializable(typeof(CrashRecord))]
internal sealed partial class CrashJson : JsonSerializerContext;
