using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Frames;

/// <summary>
/// The common part of frame entries (CIE): DWARF 5, section 6.4.1, and the augmentations of Linux Standard Base, "Exception Frames".
/// </summary>
public sealed class CommonFrame
{
    private const int MaxAugmentation = 16;

    /// <summary>The factor of advances.</summary>
    public required ulong CodeAlignment { get; init; }

    /// <summary>The factor of offsets.</summary>
    public required long DataAlignment { get; init; }

    /// <summary>Number of the column of the return address.</summary>
    public required ulong ReturnAddress { get; init; }

    /// <summary>True for the frame that the kernel makes for a signal: its code was not called.</summary>
    public required bool IsSignalFrame { get; init; }

    /// <summary>True when entries have a block of augmentation data before their instructions.</summary>
    public required bool HasAugmentation { get; init; }

    /// <summary>The encoding of addresses in entries: <c>DW_EH_PE_</c> constants.</summary>
    internal byte Encoding { get; private init; }

    internal byte[] Instructions { get; private init; } = [];

    /// <summary>Reads the common part; null when it is not understood.</summary>
    /// <param name="body">The bytes after the length and the mark of a common part.</param>
    public static CommonFrame? TryRead(ReadOnlySpan<byte> body)
    {
        var cursor = new Cursor(body);
        var version = cursor.Byte();
        var letters = cursor.Text();
        if (version is not (1 or 3 or 4) || letters.Length > MaxAugmentation || (letters is not [] and not [(byte)'z', ..]))
        {
            return null;
        }

        // Version 4 has the size of an address, and that of a segment selector.
        if (version == 4 && (cursor.Byte() != 8 | cursor.Byte() != 0))
        {
            return null;
        }

        var codeAlignment = cursor.Unsigned();
        var dataAlignment = cursor.Signed();
        var returnAddress = version == 1 ? cursor.Byte() : cursor.Unsigned();
        var augmentation = letters.IsEmpty ? [] : cursor.Bytes(cursor.Unsigned());
        if (cursor.HasFailed || ReadAugmentation(letters, augmentation) is not var (encoding, isSignalFrame))
        {
            return null;
        }

        return new CommonFrame
        {
            CodeAlignment = codeAlignment,
            DataAlignment = dataAlignment,
            ReturnAddress = returnAddress,
            IsSignalFrame = isSignalFrame,
            HasAugmentation = !letters.IsEmpty,
            Encoding = encoding,
            Instructions = cursor.Bytes((ulong)cursor.Left).ToArray(),
        };
    }

    private static (byte Encoding, bool IsSignalFrame)? ReadAugmentation(ReadOnlySpan<byte> letters, ReadOnlySpan<byte> data)
    {
        var cursor = new Cursor(data);
        var encoding = EncodedAddress.Absolute;
        var isSignalFrame = false;
        foreach (var letter in letters)
        {
            switch (letter)
            {
                case (byte)'z' or (byte)'B':
                    break;
                case (byte)'R':
                    encoding = cursor.Byte();
                    break;
                case (byte)'L':
                    cursor.Byte();
                    break;
                case (byte)'P':
                    EncodedAddress.Skip(ref cursor, cursor.Byte());
                    break;
                case (byte)'S':
                    isSignalFrame = true;
                    break;
                default:
                    return null;
            }
        }

        return cursor.HasFailed || !EncodedAddress.IsKnown(encoding) ? null : (encoding, isSignalFrame);
    }
}
