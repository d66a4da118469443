using System.Buffers.Binary;
using System.Text;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Notes;

/// <summary>A note of a section. gABI, "Note Section".</summary>
/// <param name="Type">The type by the owner's own numbers.</param>
/// <param name="Owner">The owner without its zero; empty when it is longer than a name can be.</param>
/// <param name="Value">Valid until the next note is read; empty when it is longer than any that is of interest.</param>
internal readonly record struct ElfNote(uint Type, string Owner, ReadOnlyMemory<byte> Value);

/// <summary>Reads a section of notes piece by piece: it may be as large as the file, and costs no more memory than a piece.</summary>
internal sealed class NoteReader(ElfFile file, ulong offset, ulong size)
{
    private const int PieceSize = 64 << 10;
    private const int HeaderSize = 12;
    private const int MaxOwnerLength = 64;

    private readonly byte[] _piece = new byte[(int)Math.Min(PieceSize, size)];
    private ulong _pieceStart;
    private int _pieceLength;
    private ulong _at;

    /// <summary>True when a note goes on beyond the end of its section, or the section beyond that of the file.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Reads the next note; null after the last.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public ElfNote? Next()
    {
        if (IsDamaged || size - _at < HeaderSize)
        {
            return null;
        }

        if (!Load(HeaderSize))
        {
            return Damaged();
        }

        var header = At(HeaderSize).Span;
        var ownerSize = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var valueSize = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var type = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        _at += HeaderSize;
        var valueStart = Padded(ownerSize);
        if (valueStart + valueSize > size - _at)
        {
            return Damaged();
        }

        // Longer ones are none of ours, and are passed over.
        var isShort = ownerSize <= MaxOwnerLength && valueStart + valueSize <= (ulong)_piece.Length;
        if (isShort && !Load((int)(valueStart + valueSize)))
        {
            return Damaged();
        }

        var whole = isShort ? At((int)(valueStart + valueSize)) : default;
        _at += Math.Min(valueStart + Padded(valueSize), size - _at);
        return isShort
            ? new ElfNote(type, Encoding.Latin1.GetString(whole.Span[..(int)ownerSize].TrimEnd((byte)0)), whole[(int)valueStart..])
            : new ElfNote(type, "", default);
    }

    private static ulong Padded(uint length) => (length + 3UL) & ~3UL;

    private ReadOnlyMemory<byte> At(int count) => _piece.AsMemory((int)(_at - _pieceStart), count);

    /// <summary>Loads the next piece when it has fewer than this many bytes left; false when there are no more.</summary>
    private bool Load(int count)
    {
        if (_at >= _pieceStart && _at - _pieceStart + (ulong)count <= (ulong)_pieceLength)
        {
            return true;
        }

        _pieceStart = _at;
        _pieceLength = (int)Math.Min((ulong)_piece.Length, size - _at);
        var isRead = count <= _pieceLength && offset <= ulong.MaxValue - _at && file.TryRead(offset + _at, _piece.AsSpan(0, _pieceLength));
        _pieceLength = isRead ? _pieceLength : 0;
        return isRead;
    }

    private ElfNote? Damaged()
    {
        IsDamaged = true;
        return null;
    }
}
