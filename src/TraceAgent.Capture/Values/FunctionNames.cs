using System.Globalization;

namespace TraceAgent.Capture.Values;

/// <summary>
/// The names of the functions of one file, by which pointers to them are shown. A pointer that is known is kept as a mark of 64 bits,
/// which no address of a program is: the number of the function, and the distance from its start.
/// </summary>
public abstract class FunctionNames
{
    // Bits: 16 of the mark, 16 of the distance, 32 of the number.
    private const ulong Mark = 0x8000UL << 48;
    private const ulong MarkBits = 0xffffUL << 48;
    private const int DistanceShift = 32;

    /// <summary>The maximum distance from the start of a function at which its name is shown, in bytes.</summary>
    protected const ulong MaxDistance = 0xffff;

    /// <summary>Reads the names while the file is open; without that, or where it cannot be read, all functions are addresses.</summary>
    public abstract void Load();

    /// <summary>A pointer, as a mark where it leads to a function of the file.</summary>
    /// <param name="pointer">The address in the process.</param>
    /// <param name="distance">Bytes from addresses of the file to those of the process; null when that is not known.</param>
    public ulong Marked(ulong pointer, ulong? distance)
    {
        if ((pointer & MarkBits) == Mark)
        {
            // It is no address, and would look like a mark: shown as such, with no function.
            return Mark | uint.MaxValue;
        }

        return distance is { } known && Find(pointer - known) is { } found
            ? Mark | (found.Distance << DistanceShift) | (uint)found.Number
            : pointer;
    }

    /// <summary>The text of a pointer or mark: <c>handle_get</c>, <c>handle_get+0x4</c> or <c>0x…</c>.</summary>
    public string TextOf(ulong bits)
    {
        if ((bits & MarkBits) != Mark)
        {
            return string.Create(CultureInfo.InvariantCulture, $"0x{bits:x}");
        }

        var distance = (bits & ~MarkBits) >> DistanceShift;
        var name = (uint)bits == uint.MaxValue ? null : NameOf((int)(uint)bits);
        return (name, distance) switch
        {
            (null, _) => "not an address",
            (_, 0) => name,
            _ => string.Create(CultureInfo.InvariantCulture, $"{name}+0x{distance:x}"),
        };
    }

    /// <summary>The function that holds an address of the file, and how far from its start that is; null for none.</summary>
    protected abstract (int Number, ulong Distance)? Find(ulong address);

    /// <summary>The name of a function that was found.</summary>
    protected abstract string? NameOf(int number);
}
