using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Frames;

/// <summary>Reads addresses as exception frames write them: Linux Standard Base, "DWARF Exception Header Encoding".</summary>
internal static class EncodedAddress
{
    public const byte Absolute = 0x00;

    private const byte ProgramRelative = 0x10;
    private const int Application = 0x70;
    private const int Indirect = 0x80;

    /// <summary>True for absolute and program-relative numbers of a fixed size, which are what linkers write.</summary>
    public static bool IsKnown(byte encoding) =>
        (encoding & Indirect) == 0 && (encoding & Application) is Absolute or ProgramRelative && SizeOf(encoding) > 0;

    /// <summary>Reads an address.</summary>
    /// <param name="cursor">The place of the address.</param>
    /// <param name="encoding">The <c>DW_EH_PE_</c> constant.</param>
    /// <param name="place">The address of the number itself.</param>
    public static ulong Read(ref Cursor cursor, byte encoding, ulong place) =>
        ReadNumber(ref cursor, encoding) + ((encoding & Application) == ProgramRelative ? place : 0);

    /// <summary>Reads the number alone, without what it is relative to: the form of lengths.</summary>
    public static ulong ReadLength(ref Cursor cursor, byte encoding) => cursor.Fixed(SizeOf(encoding));

    public static void Skip(ref Cursor cursor, byte encoding) => cursor.Skip(SizeOf(encoding) is > 0 and var size ? (ulong)size : 8);

    private static ulong ReadNumber(ref Cursor cursor, byte encoding) => (encoding & 0x0f) switch
    {
        0x0a => (ulong)(short)cursor.UInt16(),
        0x0b => (ulong)(int)cursor.UInt32(),
        _ => cursor.Fixed(SizeOf(encoding)),
    };

    private static int SizeOf(byte encoding) => (encoding & 0x0f) switch
    {
        0x00 or 0x04 or 0x0c => 8,
        0x02 or 0x0a => 2,
        0x03 or 0x0b => 4,
        _ => 0,
    };
}
