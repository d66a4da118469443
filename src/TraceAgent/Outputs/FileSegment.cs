using Microsoft.Win32.SafeHandles;
using TraceAgent.Bpf.Linux;

namespace TraceAgent.Outputs;

/// <summary>
/// One of an output's files, as the sink has it open. It writes by its own handle, because FileStream keeps bytes of a failed
/// write and tries them again when it is closed.
/// </summary>
internal sealed class FileSegment
{
    // What fcntl(2) may say of a lock that another process holds.
    private const int TryAgain = 11;
    private const int PermissionDenied = 13;

    private readonly SafeFileHandle _handle;
    private readonly Stream _serilogs;
    private readonly FileIdentity _identity;

    /// <param name="path">Exists.</param>
    /// <param name="serilogs">Serilog's stream of the same file, closed with this one and never written to.</param>
    /// <exception cref="IOException">The file cannot be opened, or another process writes to it.</exception>
    public FileSegment(string path, Stream serilogs)
    {
        Path = path;
        _serilogs = serilogs;

        // Two agents would write over each other's lines. A lock of fcntl(2): this process's two handles do not exclude each other.
        Lock(serilogs as FileStream);
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _identity = FileStatus.Of(_handle);
        Batch = new BatchStream(Close);
    }

    public string Path { get; }

    /// <summary>What the sink writes, and closes: with it everything here.</summary>
    public BatchStream Batch { get; }

    public event Action? Closed;

    /// <summary>True when its name is gone or leads to another file.</summary>
    public bool IsAstray => FileStatus.Of(Path) is not { } there || !there.IsSameOpenFile(_identity);

    /// <summary>Bytes in the file.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Writes what is pending at the file's end, whole or not at all; null when it has arrived.</summary>
    public OutputFailure? Write()
    {
        long? before = null;
        try
        {
            // The real end, not where we left it: others may have cut the file.
            var end = Length;
            before = end;
            RandomAccess.Write(_handle, Batch.Pending.Span, end);
            return null;
        }
        catch (IOException e)
        {
            return Undo(before, OutputFailure.Of("write", Path, e));
        }
    }

    // So that no torn line stays. A device has nothing to cut.
    private OutputFailure Undo(long? length, OutputFailure failure)
    {
        try
        {
            if (length is { } before && _identity.Kind == FileKind.Regular)
            {
                RandomAccess.SetLength(_handle, before);
            }

            return failure;
        }
        catch (IOException e)
        {
            var also = OutputFailure.Of("cut", Path, e).Reason;
            return failure with { Reason = $"{failure.Reason}; then {also}: the last line may be torn" };
        }
    }

    private void Close()
    {
        _handle.Dispose();
        _serilogs.Dispose();
        Closed?.Invoke();
    }

    private static void Lock(FileStream? stream)
    {
        try
        {
            stream?.Lock(0, long.MaxValue);
        }
        catch (IOException refusal) when (refusal.HResult is TryAgain or PermissionDenied)
        {
            throw new IOException("another process writes to it", refusal);
        }
    }
}
