using System.Runtime.CompilerServices;
using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>Values of at most 64 bits, as messages show them.</summary>
internal static class ScalarText
{
    /// <summary>The bits of a value that count, widened.</summary>
    public static ulong Normalise(FieldForm form, ulong bits) => form switch
    {
        FieldForm.Bool => (byte)bits == 0 ? 0UL : 1,
        FieldForm.Char => (byte)bits,
        FieldForm.IPv4 => (uint)bits,
        FieldForm.ErrorNumber => (ulong)ErrorNames.Normalise((long)bits),
        _ => bits,
    };

    /// <param name="into">The message.</param>
    /// <param name="field">Says how.</param>
    /// <param name="bits">The value as decoded.</param>
    /// <param name="format">Of the hole. A number's format (x, d, n) shows the number of anything that also has a name.</param>
    public static void Append(LineBuffer into, EventField field, ulong bits, string? format)
    {
        switch (field.Form)
        {
            case FieldForm.Signed:
                AppendNumber(into, bits, field.Size, signed: true, format);
                break;
            case FieldForm.Unsigned:
                AppendNumber(into, bits, field.Size, signed: false, format);
                break;
            case FieldForm.Pointer:
                into.Append("0x"u8);
                into.Append(bits, format ?? "x");
                break;
            case FieldForm.Duration:
                DurationText.Append(into, bits, format);
                break;
            case FieldForm.IPv4:
                AppendIPv4(into, (uint)bits);
                break;
            case FieldForm.Real when field.Size == 4:
                into.AppendNumber(BitConverter.UInt32BitsToSingle((uint)bits), format);
                break;
            case FieldForm.Real:
                into.AppendNumber(BitConverter.UInt64BitsToDouble(bits), format);
                break;
            case var named when format is not null:
                AppendNumber(into, named == FieldForm.Bool ? bits & 1 : bits, field.Size, named is FieldForm.ErrorNumber or FieldForm.Enumeration, format);
                break;
            default:
                AppendNamed(into, field, bits);
                break;
        }
    }

    /// <summary>Whether a floating point number is one that JSON can write.</summary>
    public static bool IsFinite(EventField field, ulong bits) =>
        double.IsFinite(field.Size == 4 ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits));

    /// <summary>Octets in the order of memory, which is network order, on a little-endian machine.</summary>
    public static void AppendIPv4(LineBuffer into, uint address)
    {
        for (var shift = 0; shift < 32; shift += 8)
        {
            if (shift > 0)
            {
                into.Append('.');
            }

            into.Append((ulong)(byte)(address >> shift));
        }
    }

    private static void AppendNamed(LineBuffer into, EventField field, ulong bits)
    {
        switch (field.Form)
        {
            case FieldForm.Bool:
                into.Append(bits != 0 ? "true"u8 : "false"u8);
                break;
            case FieldForm.Char when bits is >= ' ' and <= '~':
                into.Append((char)bits);
                break;
            case FieldForm.Char:
                into.Append("\\x"u8);
                into.Append(bits, "x2");
                break;
            case FieldForm.ErrorNumber when ErrorNames.Find((long)bits) is { } name:
                into.Append(name);
                into.Append(" ("u8);
                into.Append(ErrorNames.Describe((long)bits));
                into.Append(')');
                break;
            case FieldForm.Enumeration when field.NameOf(bits) is { } name:
                into.Append(name);
                break;
            default:
                into.Append((long)bits);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AppendNumber(LineBuffer into, ulong bits, int size, bool signed, string? format)
    {
        if (format is ['x' or 'X', ..])
        {
            // -1 of an int is ffffffff, as C shows it.
            into.Append(size < 8 ? bits & ((1UL << (size * 8)) - 1) : bits, format);
        }
        else if (signed)
        {
            into.Append((long)bits, format);
        }
        else
        {
            into.Append(bits, format);
        }
    }
}
