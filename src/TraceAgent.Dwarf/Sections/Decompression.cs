using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace TraceAgent.Dwarf.Sections;

/// <summary>
/// Compressed sections: gABI, "Section Compression", with zlib and zstd, and the older <c>.zdebug_</c> of GNU. zstd is decoded by
/// the libzstd that every system with dpkg, rpm or systemd has.
/// </summary>
internal static partial class Decompression
{
    private const int HeaderBytes = 24;
    private const int GnuHeaderBytes = 12;
    private const uint Zlib = 1;
    private const uint Zstd = 2;

    // RFC 1951: a pair of length 258 and its distance take two bits at least.
    private const ulong MostPerByte = 1032;

    /// <summary>The header of a compressed section; null when it is damaged or of another kind.</summary>
    public static CompressedSection? ReadHeader(ReadOnlyMemory<byte> section, bool isGnu)
    {
        var bytes = section.Span;
        if (isGnu)
        {
            return bytes.Length > GnuHeaderBytes && bytes.StartsWith("ZLIB"u8)
                ? Checked(new(section[GnuHeaderBytes..], BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]), IsZstd: false))
                : null;
        }

        return bytes.Length > HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is Zlib or Zstd
            ? Checked(new(
                section[HeaderBytes..], BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Zstd))
            : null;
    }

    /// <summary>Fills the whole output; false when the input is damaged or shorter.</summary>
    /// <param name="section">The section to decode.</param>
    /// <param name="output">The room for it, as long as the section says.</param>
    public static bool TryDecode(CompressedSection section, Span<byte> output)
    {
        if (section.IsZstd)
        {
            try
            {
                return ZstdDecompress(
                    ref MemoryMarshal.GetReference(output), (nuint)output.Length,
                    in MemoryMarshal.GetReference(section.Bytes.Span), (nuint)section.Bytes.Length) == (nuint)output.Length;
            }
            catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
            {
                return false;
            }
        }

        try
        {
            using var input = new BytesStream(section.Bytes);
            using var stream = new ZLibStream(input, CompressionMode.Decompress);
            return stream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false) == output.Length;
        }
        catch (Exception damaged) when (damaged is InvalidDataException or IOException)
        {
            // ZLibStream throws InvalidDataException for bad bytes, and IOException for errors within zlib.
            return false;
        }
    }

    /// <summary>Loads libzstd if it is installed.</summary>
    public static void Prepare() =>
        NativeLibrary.TryLoad("libzstd.so.1", typeof(Decompression).Assembly, DllImportSearchPath.SafeDirectories, out _);

    private static CompressedSection? Checked(CompressedSection section) =>
        !section.IsZstd && section.Size > (ulong)section.Bytes.Length * MostPerByte ? null : section;

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_decompress")]
    private static partial nuint ZstdDecompress(ref byte output, nuint outputSize, in byte input, nuint inputSize);
}

/// <summary>A compressed section after its header.</summary>
/// <param name="Bytes">The compressed bytes.</param>
/// <param name="Size">The number of bytes that they become.</param>
/// <param name="IsZstd">True for zstd, false for zlib.</param>
internal readonly record struct CompressedSection(ReadOnlyMemory<byte> Bytes, ulong Size, bool IsZstd);
