using System.Buffers.Binary;
using Architecture = TraceAgent.Capture.Architecture;

namespace TraceAgent.Symbols.Restartable;

/// <summary>
/// The four bytes that the kernel wants to see in front of an abort handler of a restartable sequence, so that nobody makes it jump
/// elsewhere: the value that the thread was registered with, which with glibc is RSEQ_SIG.
/// </summary>
internal static class AbortSignatures
{
    private const uint X64 = 0x53053053;
    private const uint Arm64 = 0xd428bc00;
    private const int Size = 4;
    private const int ChunkBytes = 1 << 20;
    private const ulong MostScanned = 512 << 20;
    private const int Most = 4096;

    // librseq hides the value in a ud1, tcmalloc in a NOP. As an operand of `mov` it is the registration of glibc itself.
    private static readonly byte[][] Carriers = [[0x0f, 0xb9, 0x3d], [0x0f, 0x1f, 0x05]];

    /// <exception cref="IOException">The operating system could not read.</exception>
    public static bool IsBefore(ElfImage image, ulong address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return address >= Size && image.FileOffsetOf(address - Size) is { } offset && image.File.TryRead(offset, bytes)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Of(image.Architecture);
    }

    /// <summary>Addresses behind signatures that code carries in the ways that are in use; x86-64 only.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static IEnumerable<ulong> Of(ElfImage image)
    {
        var found = new HashSet<ulong>();
        if (image.Architecture.ElfMachine != Architecture.X64.ElfMachine)
        {
            return found;
        }

        Span<byte> signature = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, X64);
        var longest = Carriers[0].Length + Size;
        var scanned = 0UL;
        foreach (var segment in image.CodeSegments)
        {
            for (var at = 0UL; at < segment.FileSize && scanned < MostScanned; at += ChunkBytes, scanned += ChunkBytes)
            {
                var length = Math.Min(segment.FileSize - at, (ulong)(ChunkBytes + longest));
                if (image.File.ReadOrNull(segment.Offset + at, length, ChunkBytes + longest) is not { } chunk)
                {
                    continue;
                }

                ReadOnlySpan<byte> rest = chunk;
                for (var from = 0; rest[from..].IndexOf(signature) is >= 0 and var next && found.Count < Most; from += next + 1)
                {
                    var place = from + next;
                    if (place >= Carriers[0].Length && Array.Exists(Carriers, carrier => chunk.AsSpan(place - carrier.Length, carrier.Length).SequenceEqual(carrier)))
                    {
                        found.Add(segment.Address + at + (ulong)(place + Size));
                    }
                }
            }
        }

        return found;
    }

    private static uint Of(Architecture architecture) => architecture.ElfMachine == Architecture.X64.ElfMachine ? X64 : Arm64;
}
