using Microsoft.Win32.SafeHandles;
using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Elf;

/// <summary>
/// The bytes of a file that anyone may have written and may be changing right now. Reads copy (pread): a mapping of a file that
/// is truncated while we read would end the agent with SIGBUS.
/// </summary>
public sealed class ElfFile : IDisposable
{
    private readonly SafeFileHandle? _handle;
    private readonly byte[] _content = [];

    public ElfFile(SafeFileHandle handle, ulong length) => (_handle, Length) = (handle, length);

    /// <summary>Makes a file that another one holds in compressed form.</summary>
    public ElfFile(byte[] content) => (_content, Length) = (content, (ulong)content.Length);

    /// <summary>The open file; null for one that another file holds.</summary>
    public SafeFileHandle? Handle => _handle;

    /// <summary>The length in bytes at the time of opening.</summary>
    public ulong Length { get; }

    /// <summary>Fills the whole of <paramref name="destination"/>, or returns false when the file does not reach that far.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public bool TryRead(ulong offset, Span<byte> destination)
    {
        if (offset > Length || (ulong)destination.Length > Length - offset)
        {
            return false;
        }

        if (_handle is null)
        {
            _content.AsSpan((int)offset, destination.Length).CopyTo(destination);
            return true;
        }

        while (!destination.IsEmpty)
        {
            var count = RandomAccess.Read(_handle, destination, (long)offset);
            if (count == 0)
            {
                return false;
            }

            destination = destination[count..];
            offset += (ulong)count;
        }

        return true;
    }

    /// <summary>The bytes, or null when the file does not have them or they are more than <paramref name="limit"/>.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public byte[]? ReadOrNull(ulong offset, ulong size, int limit)
    {
        // Checked before the allocation: a header of a small file must not cost memory.
        if (size > (ulong)limit || offset > Length || size > Length - offset)
        {
            return null;
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)size);
        return TryRead(offset, bytes) ? bytes : null;
    }

    /// <summary>
    /// The bytes without a copy; null when the file does not have them. Only for a process that may end: see
    /// <see cref="MappedBytes"/>.
    /// </summary>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="size">Bytes; more than 0.</param>
    /// <param name="mapped">Takes what must be disposed of before the file is.</param>
    internal ReadOnlyMemory<byte>? Map(ulong offset, int size, List<MappedBytes> mapped)
    {
        if (offset > Length || (ulong)size > Length - offset)
        {
            return null;
        }

        if (_handle is null)
        {
            return _content.AsMemory((int)offset, size);
        }

        try
        {
            var bytes = new MappedBytes(_handle, (long)offset, size);
            mapped.Add(bytes);
            return bytes.Memory;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The file was truncated since, or its descriptor cannot be mapped.
            return null;
        }
    }

    public void Dispose() => _handle?.Dispose();
}
