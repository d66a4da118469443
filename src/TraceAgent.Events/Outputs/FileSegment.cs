using Microsoft.Win32.SafeHandles;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Events.Outputs;

/// <summary>
/// One of an output's files, as the sink has it open. It writes by its own handle, because FileStream keeps bytes of a failed
/// write and tries them again when it is closed. Failures are not passed to the sink, which would swallow them.
/// </summary>
internal sealed class FileSegment : SinkStream
{
    // What fcntl(2) may say of a lock that another process holds.
    private const int TryAgain = 11;
    private const int PermissionDenied = 13;

    private readonly SafeFileHandle _handle;
    private readonly Stream _serilogs;
    private readonly FileIdentity _identity;
    private OutputFailure? _failure;

    // Where the batch begins in the file; null as long as nothing of it was to be written.
    private long? _begin;

    /// <param name="path">The path of an existing file.</param>
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
    }

    public string Path { get; }

    public event Action? Closed;

    /// <summary>True when its name is gone or leads to another file.</summary>
    public bool IsMoved => FileStatus.Of(Path) is not { } there || !there.IsSameOpenFile(_identity);

    /// <summary>The number of bytes in the file.</summary>
    public override long Length => RandomAccess.GetLength(_handle);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_failure is not null)
        {
            return;
        }

        try
        {
            // The real end, not where we left it: others may have cut the file.
            var end = Length;
            _begin ??= end;
            RandomAccess.Write(_handle, buffer, end);
        }
        catch (IOException e)
        {
            _failure = Undo(_begin, OutputFailure.Of("write", Path, e));
        }
    }

    /// <summary>
    /// Ends a batch: what was written since the last time is in the file completely or not at all; null when it has arrived.
    /// </summary>
    public OutputFailure? EndBatch()
    {
        var failure = _failure ?? (_begin is null ? new OutputFailure(Path, $"write {Path}: nothing came from the sink") : null);
        (_failure, _begin) = (null, null);
        return failure;
    }

    // Truncates the file to where the batch began, so that no torn line stays. A device has nothing to truncate.
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
            _serilogs.Dispose();
            Closed?.Invoke();
        }

        base.Dispose(disposing);
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
