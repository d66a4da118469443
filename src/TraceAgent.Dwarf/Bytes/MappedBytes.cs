using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Dwarf.Bytes;

/// <summary>
/// A part of a file in memory. A file that is truncated while it is mapped ends the process with SIGBUS, so the agent itself maps
/// none: only a process that may end does.
/// </summary>
internal sealed unsafe class MappedBytes : MemoryManager<byte>
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _length;

    /// <summary>Maps a part of a file.</summary>
    /// <param name="handle">The file, which stays the caller's.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="length">Bytes; more than 0.</param>
    /// <param name="access">The access that the mapping allows.</param>
    /// <exception cref="IOException">The operating system could not map.</exception>
    public MappedBytes(SafeFileHandle handle, long offset, int length, MemoryMappedFileAccess access = MemoryMappedFileAccess.Read)
    {
        _file = MemoryMappedFile.CreateFromFile(handle, null, 0, access, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(offset, length, access);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
        _length = length;
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_view.SafeMemoryMappedViewHandle.IsClosed)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
