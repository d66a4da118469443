using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Binaries;

/// <summary>
/// Reads the bytes of segments, a piece at a time, as a program may have hundreds of megabytes; what is beyond 512 MiB is left
/// out.
/// </summary>
internal static class SegmentScan
{
    private const int PieceBytes = 256 << 10;
    /// <summary>The number of bytes after which it ends.</summary>
    public const ulong MaxBytes = 512 << 20;

    /// <summary>Visits a piece of a segment.</summary>
    /// <param name="piece">The bytes of the piece, valid during the call.</param>
    /// <param name="address">The address of its first byte.</param>
    public delegate void Visit(ReadOnlySpan<byte> piece, ulong address);

    /// <param name="file">The file to read.</param>
    /// <param name="segments">The file's segments.</param>
    /// <param name="overlap">Bytes that two neighbours share, so that nothing of this length is cut.</param>
    /// <param name="look">Called with each piece.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static void Of(ElfFile file, IEnumerable<ElfSegment> segments, int overlap, Visit look)
    {
        var buffer = new byte[PieceBytes + overlap];
        var left = MaxBytes;
        foreach (var segment in segments)
        {
            for (var at = 0UL; at < segment.FileSize && left > 0; at += PieceBytes, left -= PieceBytes)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(segment.FileSize - at, (ulong)buffer.Length));
                if (!file.TryRead(segment.Offset + at, piece))
                {
                    break;
                }

                look(piece, segment.Address + at);
            }
        }
    }
}
