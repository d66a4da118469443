using System.Runtime.InteropServices;

namespace TraceAgent.Linux.ThisProcess;

/// <summary>
/// The descriptors 0 to 2, which others share: .NET does not tell whether the caller had closed them, and its file streams
/// write where they left off themselves, over what others have written since.
/// </summary>
public static unsafe partial class StandardDescriptor
{
    private const int GetDescriptorFlags = 1;
    private const int GetStatusFlags = 3;
    private const int CloseOnExec = 1;
    private const int AccessMode = 3;
    private const int FromStart = 0;
    private const int FromHere = 1;
    private const int FromEnd = 2;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const short CanWrite = 4;

    /// <summary>
    /// True when the caller left the descriptor open for writing. A number that the caller had closed may be one of the runtime's own files
    /// by now; those close on exec, and inherited ones cannot.
    /// </summary>
    public static bool IsWritable(int descriptor)
    {
        var flags = Libc.Fcntl(descriptor, GetDescriptorFlags, 0);
        return flags >= 0 && (flags & CloseOnExec) == 0 && (Libc.Fcntl(descriptor, GetStatusFlags, 0) & AccessMode) != 0;
    }

    /// <summary>Writes all bytes with write(2), after what others have written; waits while a pipe is full.</summary>
    /// <exception cref="IOException">
    /// Its HResult is errno. A part that had been written is cut off again when it is still the end of a file.
    /// </exception>
    public static void Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        while (!rest.IsEmpty)
        {
            nint written;
            int errno;
            fixed (byte* start = rest)
            {
                written = WriteSome(descriptor, start, (nuint)rest.Length);
                errno = Libc.Errno();
            }

            if (written >= 0)
            {
                rest = rest[(int)written..];
            }
            else if (errno == TryAgain)
            {
                var poll = new Libc.PollDescriptor { Fd = descriptor, Events = CanWrite };
                _ = Libc.Poll(&poll, 1, Timeout.Infinite);
            }
            else if (errno != Interrupted)
            {
                Truncate(descriptor, bytes.Length - rest.Length);
                throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
            }
        }
    }

    /// <summary>Writes a message with write(2), and waits for who reads it no longer than given.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="bytes">The message.</param>
    /// <param name="milliseconds">The longest time to wait; 0 to write only what nobody need be waited for.</param>
    /// <returns>False when the time was over, or it cannot be written: nothing of it then, or its beginning where it is long.</returns>
    public static bool TryWrite(int descriptor, ReadOnlySpan<byte> bytes, int milliseconds)
    {
        // What a pipe takes without a wait when it says that it takes anything: PIPE_BUF, pipe(7).
        const int atOnce = 4096;
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var poll = new Libc.PollDescriptor { Fd = descriptor, Events = CanWrite };
            if (Libc.Poll(&poll, 1, milliseconds) != 1)
            {
                return false;
            }

            nint written;
            fixed (byte* start = rest)
            {
                written = WriteSome(descriptor, start, (nuint)Math.Min(rest.Length, atOnce));
            }

            if (written < 0 && Libc.Errno() is not (Interrupted or TryAgain))
            {
                return false;
            }

            rest = rest[(int)Math.Max(written, 0)..];
        }

        return true;
    }

    /// <summary>The width of the descriptor's terminal in columns; null when it leads to none, or to one that does not say.</summary>
    public static int? Columns(int descriptor) => ScreenSize(descriptor)?.Columns;

    /// <summary>The size of the descriptor's terminal; null when it leads to none, or to one that does not say.</summary>
    public static (int Columns, int Rows)? ScreenSize(int descriptor)
    {
        const nuint getWindowSize = 0x5413;
        var size = default(WindowSize);
        return Libc.Ioctl(descriptor, getWindowSize, (nint)(&size)) == 0 && size.Columns > 0 ? (size.Columns, size.Rows) : null;
    }

    private static void Truncate(int descriptor, int written)
    {
        var here = Seek(descriptor, 0, FromHere);
        if (written == 0 || here < 0)
        {
            return;
        }

        if (Seek(descriptor, 0, FromEnd) == here && Libc.Ftruncate(descriptor, here - written) == 0)
        {
            here -= written;
        }

        _ = Seek(descriptor, here, FromStart);
    }

    /// <summary><c>struct winsize</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteSome(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int descriptor, long offset, int origin);
}
