using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Exits;

/// <summary>A cache of decoded functions of one file: many leave to the same ones. Holds what one rule asks for, up to a bound.</summary>
/// <param name="image">The open image, for x86-64.</param>
/// <param name="looksOutside">True when it matters where functions leave to.</param>
internal sealed class CodeCache(ElfImage image, bool looksOutside)
{
    private const int MaxKept = 256;
    private const long MaxKeptBytes = 4 << 20;

    private readonly Dictionary<ulong, FunctionCode> _codes = [];
    private long _kept;

    public ElfImage Image => image;

    /// <summary>The number of bytes that were decoded for all of them.</summary>
    public long Decoded { get; private set; }

    /// <exception cref="IOException">The operating system could not read.</exception>
    public FunctionCode Of(FunctionRange function)
    {
        if (_codes.TryGetValue(function.Start, out var code))
        {
            return code;
        }

        code = FunctionCode.Of(image, function, looksOutside);
        Decoded += code.Decoded;
        if (_codes.Count == MaxKept || _kept > MaxKeptBytes)
        {
            _codes.Clear();
            _kept = 0;
        }

        _kept += code.Decoded;
        _codes[function.Start] = code;
        return code;
    }
}
