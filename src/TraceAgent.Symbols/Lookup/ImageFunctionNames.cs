using System.Text;
using TraceAgent.Capture.Values;
using TraceAgent.Demangling;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Lookup;

/// <summary>
/// The names of an image's functions, as its lists have them. Those that were read outlive the image; what was not read when it is closed
/// keeps nothing of it.
/// </summary>
internal sealed class ImageFunctionNames(ElfImage image) : FunctionNames, IDisposable
{
    /// <summary>
    /// The maximum number of bytes of all of it; node's 150,000 functions just fit. Of larger files, addresses are shown.
    /// </summary>
    private const int MaxBytes = 16 << 20;
    private const int BytesOfFunction = 24;

    private ElfImage? _image = image;
    private ulong[] _starts = [];
    private ulong[] _ends = [];
    private int[] _names = [];
    private byte[] _bytes = [];
    private string?[] _shown = [];

    public override void Load()
    {
        if (_image is not { } source)
        {
            return;
        }

        _image = null;
        try
        {
            Read(source.Functions);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The rule's own resolution has read the same, and says it; a pointer is its address then.
        }
    }

    public void Dispose() => _image = null;

    protected override (int Number, ulong Distance)? Find(ulong address)
    {
        var at = Array.BinarySearch(_starts, address);
        at = at < 0 ? ~at - 1 : at;
        return at >= 0 && address < _ends[at] && address - _starts[at] <= MaxDistance ? (at, address - _starts[at]) : null;
    }

    protected override string? NameOf(int number) =>
        (uint)number >= (uint)_shown.Length ? null : _shown[number] ??= Shown(_bytes.AsSpan(_names[number].._names[number + 1]));

    private static string Shown(ReadOnlySpan<byte> name) => Demangler.Demangle(name)?.Full ?? Encoding.UTF8.GetString(name);

    private void Read(FunctionIndex functions)
    {
        var (starts, ends, names, bytes) = (new List<ulong>(), new List<ulong>(), new List<int>(), new List<byte>());
        var isWhole = true;
        functions.ForEachFunction((start, end, name) =>
        {
            starts.Add(start);
            ends.Add(end);
            names.Add(bytes.Count);
            bytes.AddRange(name);
            return isWhole = bytes.Count + (starts.Count * BytesOfFunction) <= MaxBytes;
        });
        if (!isWhole)
        {
            return;
        }

        names.Add(bytes.Count);
        (_starts, _ends, _names, _bytes, _shown) = ([.. starts], [.. ends], [.. names], [.. bytes], new string?[starts.Count]);
    }
}
