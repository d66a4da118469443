using System.Buffers.Binary;
using TraceAgent.Symbols.Binaries;
using Architecture = TraceAgent.Capture.Plans.Architecture;

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
    private const int MaxSignatures = 4096;

    // librseq hides the value in a ud1, tcmalloc in a NOP. As an operand of `mov` it is the registration of glibc itself.
    private static readonly byte[][] Carriers = [[0x0f, 0xb9, 0x3d], [0x0f, 0x1f, 0x05]];

    /// <exception cref="IOException">The operating system could not read.</exception>
    public static bool IsBefore(ElfImage image, ulong address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return address >= Size && image.FileOffsetOf(address - Size) is { } offset && image.File.TryRead(offset, bytes)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Of(image.Architecture);
    }

    /// <summary>The addresses after signatures that code carries in the ways that are in use; x86-64 only.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static IEnumerable<ulong> Of(ElfImage image)
    {
        var found = new HashSet<ulong>();
        if (image.Architecture.ElfMachine != Architecture.X64.ElfMachine)
        {
            return found;
        }

        var signature = new byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, X64);
        SegmentScan.Of(image.File, image.CodeSegments, Carriers[0].Length + Size, (piece, address) =>
        {
            for (var from = 0; piece[from..].IndexOf(signature) is >= 0 and var next && found.Count < MaxSignatures; from += next + 1)
            {
                var place = from + next;
                if (IsCarried(piece[..place]))
                {
                    found.Add(address + (ulong)(place + Size));
                }
            }
        });
        return found;
    }

    private static bool IsCarried(ReadOnlySpan<byte> before)
    {
        foreach (var carrier in Carriers)
        {
            if (before.EndsWith(carrier))
            {
                return true;
            }
        }

        return false;
    }

    private static uint Of(Architecture architecture) => architecture.ElfMachine == Architecture.X64.ElfMachine ? X64 : Arm64;
}
