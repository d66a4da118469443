using System.Buffers.Binary;
using System.Text;

namespace TraceAgent.Symbols.Tests;

/// <summary>A program as large as a browser: a symbol table without anything that a compiler would have to make.</summary>
public static class LargeProgram
{
    private const int CodeStart = 0x1000;
    private const ulong Base = 0x400000;
    private const int FunctionSize = 4;

    /// <summary>
    /// Functions of 4 bytes each: a tenth is called <c>worker_0…</c>; the others are C++ methods, the last of them three overloads of
    /// <c>shop::Cart::add</c>.
    /// </summary>
    public static void Write(string path, int count)
    {
        var names = new MemoryStream();
        names.WriteByte(0);
        var symbols = new byte[(count + 1) * 24];
        for (var i = 1; i <= count; i++)
        {
            var name = (count - i) switch
            {
                0 => "_ZN4shop4Cart3addEi",
                1 => "_ZN4shop4Cart3addEiPKc",
                2 => "_ZN4shop4Cart3addERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
                _ when i % 10 == 0 => $"worker_{i / 10 - 1}",
                _ => Method(i),
            };
            var symbol = symbols.AsSpan(i * 24);
            BinaryPrimitives.WriteUInt32LittleEndian(symbol, (uint)names.Length);
            symbol[4] = 0x12;
            symbol[6] = 1;
            BinaryPrimitives.WriteUInt64LittleEndian(symbol[8..], Base + CodeStart + (ulong)((i - 1) * FunctionSize));
            BinaryPrimitives.WriteUInt64LittleEndian(symbol[16..], FunctionSize);
            names.Write(Encoding.ASCII.GetBytes(name));
            names.WriteByte(0);
        }

        byte[] pushPopReturn = [0x55, 0x5d, 0xc3, 0x90];
        var code = new byte[count * FunctionSize];
        for (var i = 0; i < code.Length; i++)
        {
            code[i] = pushPopReturn[i % FunctionSize];
        }

        var symbolsAt = CodeStart + code.Length;
        var namesAt = symbolsAt + symbols.Length;
        var sectionsAt = (namesAt + (int)names.Length + 7) & ~7;
        using var file = File.Create(path);
        file.Write(Header(sectionsAt, code.Length));
        file.Position = CodeStart;
        file.Write(code);
        file.Write(symbols);
        names.WriteTo(file);
        file.Position = sectionsAt + 64;
        file.Write(Section(type: 1, flags: 6, CodeStart, code.Length, link: 0));
        file.Write(Section(type: 2, flags: 0, symbolsAt, symbols.Length, link: 3));
        file.Write(Section(type: 3, flags: 0, namesAt, (int)names.Length, link: 0));
    }

    private static string Method(int i)
    {
        var space = $"space{i % 97}";
        var type = $"Type{i % 8191}";
        var method = $"method{i}";
        const string text = "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
        return $"_ZN{space.Length}{space}{type.Length}{type}{method.Length}{method}ERK{text}i";
    }

    private static byte[] Header(int sectionsAt, int codeSize)
    {
        var header = new byte[64 + 56];
        byte[] start = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        start.CopyTo(header, 0);
        header[16] = 2;
        header[18] = 62;
        header[20] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(40), (ulong)sectionsAt);
        header[52] = 64;
        header[54] = 56;
        header[56] = 1;
        header[58] = 64;
        header[60] = 4;
        var segment = header.AsSpan(64);
        segment[0] = 1;
        segment[4] = 5;
        BinaryPrimitives.WriteUInt64LittleEndian(segment[8..], CodeStart);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base + CodeStart);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)codeSize);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)codeSize);
        return header;
    }

    private static byte[] Section(uint type, ulong flags, int offset, int size, uint link)
    {
        var section = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(section.AsSpan(4), type);
        BinaryPrimitives.WriteUInt64LittleEndian(section.AsSpan(8), flags);
        BinaryPrimitives.WriteUInt64LittleEndian(section.AsSpan(16), flags == 0 ? 0 : Base + (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(section.AsSpan(24), (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(section.AsSpan(32), (ulong)size);
        BinaryPrimitives.WriteUInt32LittleEndian(section.AsSpan(40), link);
        return section;
    }
}
