using Iced.Intel;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Functions;

/// <summary>The first instructions of functions.</summary>
public static class FunctionEntry
{
    private const int MaxPadding = 64;

    /// <summary>True for a probe at the entry of a function; of Go, that is after the check of its stack.</summary>
    /// <param name="image">The open image.</param>
    /// <param name="probed">Virtual address of the probed instruction.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static bool IsAt(ElfImage image, ulong probed)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.IsGo || image.Functions.At(probed)?.Start == Of(image, probed);
    }

    /// <summary>
    /// The address of the first instruction of the function that a probe is at the entry of: a probe may sit after instructions that do
    /// nothing. The address itself when there are others in front of it.
    /// </summary>
    /// <param name="image">The open image.</param>
    /// <param name="probed">Virtual address of the probed instruction.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static ulong Of(ElfImage image, ulong probed)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Functions.At(probed) is not { } function || function.Start == probed
            || image.FileOffsetOf(function.Start) is not { } offset
            || image.File.ReadOrNull(offset, probed - function.Start, MaxPadding) is not { } code)
        {
            return probed;
        }

        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = function.Start;
        while (decoder.IP < probed)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid || instruction.Mnemonic is not (Mnemonic.Endbr64 or Mnemonic.Nop))
            {
                return probed;
            }
        }

        return function.Start;
    }
}
