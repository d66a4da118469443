using Microsoft.Win32.SafeHandles;
using TraceAgent.Bpf.Linux;

namespace TraceAgent.Outputs;

/// <summary>
/// One file of a batch. It writes by its own handle, because FileStream keeps bytes of a failed write and tries them again
/// when it is closed.
/// </summary>
internal sealed class FileSegment : IDisposable
{
    // What fcntl(2) may say of a lock that another process holds.
    private const int TryAgain = 11;
    private const int PermissionDenied = 13;

    private readonly SafeFileHandle _handle;
    private readonly Stream _serilogs;
    private readonly FileIdentity _identity;
    private long _lengthBefore = -1;

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
        Batch = new BatchStream(() => Closed = true);
    }

    public string Path { get; }

    public BatchStream Batch { get; }

    /// <summary>Serilog has gone on to another file; what is pending still belongs into this one.</summary>
    public bool Closed { get; private set; }

    /// <summary>True when its name is gone or leads to another file.</summary>
    public bool IsAstray => FileStatus.Of(Path) is not { } there || !there.IsSameOpenFile(_identity);

    /// <summary>Bytes in the file.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Writes what is pending at the file's end. After an exception <see cref="Undo"/> takes back what was written.</summary>
    /// <exception cref="IOException">The disk is full, for example.</exception>
    public void Write()
    {
        _lengthBefore = -1;
        if (Batch.Pending.IsEmpty)
        {
            return;
        }

        // The real end, not where we left it: others may have cut the file.
        var end = Length;
        _lengthBefore = end;
        RandomAccess.Write(_handle, Batch.Pending.Span, end);
    }

    /// <summary>Cuts the file back to where it ended before <see cref="Write"/>, so that no torn line stays.</summary>
    /// <exception cref="IOException">The file cannot be cut.</exception>
    public void Undo()
    {
        // A device has nothing to cut.
        if (_lengthBefore >= 0 && _identity.Kind == FileKind.Regular)
        {
            RandomAccess.SetLength(_handle, _lengthBefore);
        }
    }

    /// <summary>Ends the batch.</summary>
    public void Clear()
    {
        _lengthBefore = -1;
        Batch.Clear();
    }

    public void Dispose()
    {
        _handle.Dispose();
        _serilogs.Dispose();
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
