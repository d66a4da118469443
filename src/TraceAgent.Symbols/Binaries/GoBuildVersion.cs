using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TraceAgent.Symbols.Binaries;

/// <summary>
/// Finds the version of Go that made a program: what its linker leaves for <c>go version</c> (.go.buildinfo,
/// debug/buildinfo/buildinfo.go), else what the form of its table of functions tells.
/// </summary>
internal static class GoBuildVersion
{
    private const int HeaderSize = 32;
    private const int MaxText = 128;
    private const byte TextsFollow = 2;
    private const byte BigEndian = 1;

    /// <summary>The minor version N of Go 1.N; null when nothing tells.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static int? MinorOf(ElfImage image) => FromText(image) ?? FromTable(image);

    /// <summary>
    /// The number after <c>go1.</c> in <c>go1.19.8</c>, <c>go1.22 X:…</c> or <c>devel go1.20-4a2f3b…</c>; null for anything
    /// else.
    /// </summary>
    public static int? MinorOf(string version)
    {
        const string prefix = "go1.";
        var start = version.IndexOf(prefix, StringComparison.Ordinal);
        var digits = start < 0 ? "" : version[(start + prefix.Length)..];
        var length = digits.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(
            length < 0 ? digits : digits[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : null;
    }

    private static int? FromText(ElfImage image)
    {
        var section = Array.Find(image.Sections, section => section.Name == ".go.buildinfo");
        Span<byte> header = stackalloc byte[HeaderSize];
        if (section.Size < HeaderSize
            || !image.File.TryRead(section.Offset, header) || header[0] != 0xff || !header[1..].StartsWith(" Go buildinf:"u8))
        {
            return null;
        }

        var flags = header[15];
        if ((flags & TextsFollow) != 0)
        {
            // Length as a varint of one byte: versions are short.
            Span<byte> length = stackalloc byte[1];
            return image.File.TryRead(section.Offset + HeaderSize, length) && length[0] < MaxText
                ? Parse(image.File.ReadOrNull(section.Offset + HeaderSize + 1, length[0], MaxText)) : null;
        }

        // Before 1.18: the address of a Go string, itself an address and a length.
        Span<byte> pair = stackalloc byte[16];
        if (header[14] != 8 || (flags & BigEndian) != 0
            || image.FileOffsetOf(BinaryPrimitives.ReadUInt64LittleEndian(header[16..])) is not { } at || !image.File.TryRead(at, pair)
            || image.FileOffsetOf(BinaryPrimitives.ReadUInt64LittleEndian(pair)) is not { } text)
        {
            return null;
        }

        return Parse(image.File.ReadOrNull(text, BinaryPrimitives.ReadUInt64LittleEndian(pair[8..]), MaxText));
    }

    private static int? Parse(byte[]? text) => text is null ? null : MinorOf(Encoding.UTF8.GetString(text));

    private static int? FromTable(ElfImage image)
    {
        const uint magic12 = 0xfffffffb;
        const uint magic118 = 0xfffffff0;
        const uint magic120 = 0xfffffff1;
        var section = Array.Find(image.Sections, section => section.Name.EndsWith(".gopclntab", StringComparison.Ordinal));
        Span<byte> magic = stackalloc byte[4];
        return section.Size < 4 || !image.File.TryRead(section.Offset, magic) ? null : BinaryPrimitives.ReadUInt32LittleEndian(magic) switch
        {
            magic12 => 15,
            magic118 => 18,
            magic120 => 20,
            _ => null,
        };
    }
}
