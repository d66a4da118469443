using System.Buffers.Binary;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Exits;

/// <summary>
/// Finds who calls or jumps to given functions directly, from the bytes of all code of a file: without decoding, since four bytes
/// that give the address of a wanted function by chance are one in a thousand million.
/// </summary>
internal static class CallerScan
{
    private const int BranchBytes = 5;
    private const int Chunk = 1 << 20;
    private const int MaxKept = 1000;
    private const long MaxScanned = 512L << 20;

    /// <summary>The addresses of branches to each target: at most 1,000.</summary>
    /// <param name="image">The image, for x86-64.</param>
    /// <param name="targets">The starts of functions.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static Dictionary<ulong, List<ulong>> Of(ElfImage image, IEnumerable<ulong> targets)
    {
        var found = targets.Distinct().ToDictionary(target => target, _ => new List<ulong>());
        var left = MaxScanned;
        foreach (var segment in found.Count == 0 ? [] : image.CodeSegments)
        {
            for (ulong at = 0; at < segment.FileSize && left > 0; at += Chunk - (BranchBytes - 1))
            {
                var size = Math.Min(Chunk, segment.FileSize - at);
                if (image.File.ReadOrNull(segment.Offset + at, size, Chunk) is not { } code)
                {
                    break;
                }

                left -= code.Length;
                Scan(code, segment.Address + at, found);
            }
        }

        return found;
    }

    private static void Scan(ReadOnlySpan<byte> code, ulong start, Dictionary<ulong, List<ulong>> found)
    {
        const byte call = 0xe8;
        const byte jump = 0xe9;
        for (var at = 0; code.Length - at >= BranchBytes; at++)
        {
            var next = code[at..^(BranchBytes - 1)].IndexOfAny(call, jump);
            if (next < 0)
            {
                return;
            }

            at += next;
            var address = start + (ulong)at;
            var target = address + BranchBytes + (ulong)BinaryPrimitives.ReadInt32LittleEndian(code[(at + 1)..]);
            if (found.TryGetValue(target, out var sources) && sources.Count < MaxKept)
            {
                sources.Add(address);
            }
        }
    }
}
