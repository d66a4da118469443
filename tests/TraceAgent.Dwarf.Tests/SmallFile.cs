using System.Buffers.Binary;
using System.Text;

namespace TraceAgent.Dwarf.Tests;

/// <summary>ELF files with the sections that a test gives them.</summary>
internal static class SmallFile
{
    private const int HeaderBytes = 64;

    /// <summary>A unit of version 5 with 8-byte addresses and no entries.</summary>
    public static byte[] Unit { get; } = [9, 0, 0, 0, 5, 0, 1, 8, 0, 0, 0, 0, 0];

    public static byte[] With(string name, byte[] content, ulong flags = 0) => With((name, content, flags));

    public static byte[] With(params (string Name, byte[] Content, ulong Flags)[] sections)
    {
        var names = Encoding.ASCII.GetBytes($"\0.shstrtab\0{string.Concat(sections.Select(section => section.Name + "\0"))}");
        var all = new List<(int Name, uint Type, byte[] Content, ulong Flags)> { (0, 0, [], 0), (1, 3, names, 0) };
        var at = 11;
        foreach (var (name, content, flags) in sections)
        {
            all.Add((at, 1, content, flags));
            at += name.Length + 1;
        }

        var headers = HeaderBytes + all.Sum(section => section.Content.Length);
        var file = new byte[headers + (all.Count * HeaderBytes)];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), 62);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(40), (ulong)headers);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(58), HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(60), (ushort)all.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(62), 1);
        var offset = HeaderBytes;
        foreach (var (index, section) in all.Index())
        {
            var header = file.AsSpan(headers + (index * HeaderBytes));
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)section.Name);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], section.Type);
            BinaryPrimitives.WriteUInt64LittleEndian(header[8..], section.Flags);
            BinaryPrimitives.WriteUInt64LittleEndian(header[24..], (ulong)offset);
            BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)section.Content.Length);
            section.Content.CopyTo(file.AsSpan(offset));
            offset += section.Content.Length;
        }

        return file;
    }
}
