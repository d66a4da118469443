using System.Runtime.InteropServices;

namespace TraceAgent.Symbols.DebugFiles;

/// <summary>Decodes the .xz format by the liblzma that nearly every system has (systemd, dpkg and rpm use it).</summary>
internal static partial class XzDecoder
{
    /// <summary>The maximum number of bytes of the result; hosts' symbol tables have a tenth of this.</summary>
    public const int MaxBytes = 128 << 20;

    private const ulong MaxMemory = 128UL << 20;
    private const int Ok = 0;
    private const int BufferError = 10;

    /// <summary>
    /// Decodes the bytes; null when they are damaged, or would become more than <see cref="MaxBytes"/>, or there is no liblzma.
    /// </summary>
    /// <param name="compressed">One complete stream.</param>
    /// <param name="isMissing">True when there is no liblzma.</param>
    public static byte[]? Decode(ReadOnlySpan<byte> compressed, out bool isMissing)
    {
        isMissing = false;

        // How long the result is, one learns by decoding: symbol tables shrink to about a fifth.
        for (var size = Math.Clamp(compressed.Length * 8L, 1 << 16, MaxBytes); ; size = Math.Min(size * 4, MaxBytes))
        {
            var output = GC.AllocateUninitializedArray<byte>((int)size);
            var memory = MaxMemory;
            nuint read = 0;
            nuint written = 0;
            int result;
            try
            {
                result = StreamBufferDecode(
                    ref memory, 0, 0, in MemoryMarshal.GetReference(compressed), ref read, (nuint)compressed.Length,
                    ref MemoryMarshal.GetArrayDataReference(output), ref written, (nuint)output.Length);
            }
            catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
            {
                isMissing = true;
                return null;
            }

            if (result == Ok)
            {
                return output[..(int)written];
            }

            if (result != BufferError || size == MaxBytes)
            {
                return null;
            }
        }
    }

    [LibraryImport("liblzma.so.5", EntryPoint = "lzma_stream_buffer_decode")]
    private static partial int StreamBufferDecode(
        ref ulong memoryLimit, uint flags, nint allocator, in byte input, ref nuint inputPosition, nuint inputSize,
        ref byte output, ref nuint outputPosition, nuint outputSize);
}
