using System.Buffers.Binary;
using System.Collections;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Exits;

/// <summary>
/// The addresses of code that something in the file holds: only such functions can be called from a place that calls others, too,
/// by a pointer or a table of virtual functions. Found from the bytes, without decoding; what chance adds costs a probe.
/// </summary>
internal sealed class TakenAddresses
{
    private const int WordBytes = 8;
    private const int OperandBytes = 5;

    /// <summary>The segments of code, with a bit for each of their words that the file has: a sixty-fourth of its size at most.</summary>
    private readonly (ulong First, BitArray Words)[] _code;
    private readonly bool _isFixed;
    private readonly bool _isWhole;

    /// <param name="image">The image, for x86-64.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public TakenAddresses(ElfImage image)
    {
        _isFixed = image.HasFixedAddresses;
        var left = Math.Min(image.File.Length, SegmentScan.MaxBytes);
        _isWhole = image.LoadedSegments.Sum(segment => (double)segment.FileSize) <= SegmentScan.MaxBytes;
        _code = [.. image.CodeSegments.Select(segment =>
        {
            var size = Math.Min(segment.FileSize, left);
            left -= size;
            return (segment.Address, new BitArray((int)((size + WordBytes - 1) / WordBytes)));
        })];
        SegmentScan.Of(image.File, image.LoadedSegments, WordBytes, ScanData);
        SegmentScan.Of(image.File, image.CodeSegments, OperandBytes, ScanCode);
    }

    /// <summary>False when nothing in the file holds the address; other files may hold what it exports, which counts.</summary>
    public bool MayHold(ulong address)
    {
        foreach (var (first, words) in _code)
        {
            if (_isWhole && (address - first) / WordBytes is var word && word < (ulong)words.Count)
            {
                return words[(int)word];
            }
        }

        return true;
    }

    private void Note(ulong value)
    {
        foreach (var (first, words) in _code)
        {
            if ((value - first) / WordBytes is var word && word < (ulong)words.Count)
            {
                words[(int)word] = true;
            }
        }
    }

    /// <summary>Finds pointers, relocations that make one, and the dynamic symbols.</summary>
    private void ScanData(ReadOnlySpan<byte> piece, ulong address)
    {
        for (var at = (int)(ulong.MaxValue - address + 1 & (WordBytes - 1)); at <= piece.Length - WordBytes; at += WordBytes)
        {
            Note(BinaryPrimitives.ReadUInt64LittleEndian(piece[at..]));
        }
    }

    /// <summary>
    /// Finds the operands of <c>lea</c> and its like, relative to the next instruction, and addresses themselves in code that has
    /// its place.
    /// </summary>
    private void ScanCode(ReadOnlySpan<byte> piece, ulong address)
    {
        const int modeBits = 0b11_000_111;
        const int relative = 0b00_000_101;
        for (var at = 0; at <= piece.Length - OperandBytes; at++)
        {
            var operand = BinaryPrimitives.ReadInt32LittleEndian(piece[(at + 1)..]);
            if ((piece[at] & modeBits) == relative)
            {
                Note(address + (ulong)at + OperandBytes + (ulong)operand);
            }

            if (_isFixed)
            {
                Note((uint)operand);
            }
        }
    }
}
