using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.FileSystem;

/// <summary>
/// A file that somebody named to be read. It may be anything by the time that it is opened, so neither opening nor reading waits
/// without an end: not for the other side of a pipe, nor for a terminal.
/// </summary>
public sealed partial class InputFile : IDisposable
{
    private const int ReadOnlyCloseOnExecNonBlockingNoTerminal = 0x80000 | 0x800 | 0x100;
    private const int Enoent = 2;
    private const int Eintr = 4;
    private const int Eagain = 11;
    private const short Readable = 1;

    /// <summary>
    /// The maximum time to wait for the first byte of a named pipe, to which nobody may be going to write. The shell's own pipes
    /// (<c>&lt;(command)</c>) always have a writer.
    /// </summary>
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(60);

    private readonly string _path;

    private InputFile(string path, SafeFileHandle handle) => (_path, Handle, Kind) = (path, handle, FileStatus.Of(handle).Kind);

    public SafeFileHandle Handle { get; }

    public FileKind Kind { get; }

    /// <exception cref="IOException">It cannot be opened; HResult is errno.</exception>
    public static InputFile Open(string path)
    {
        var handle = Open(path, ReadOnlyCloseOnExecNonBlockingNoTerminal);
        var errno = Marshal.GetLastPInvokeError();
        if (!handle.IsInvalid)
        {
            return new InputFile(path, handle);
        }

        handle.Dispose();
        throw errno == Enoent ? new FileNotFoundException(null, path) : new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
    }

    public void Dispose() => Handle.Dispose();

    /// <summary>Reads until the end or until the destination is full.</summary>
    /// <exception cref="IOException">It cannot be read, or nothing comes.</exception>
    public int Read(Span<byte> destination)
    {
        var length = 0;
        var begun = Stopwatch.GetTimestamp();
        var timeout = IsOfShell() ? ReadTimeout : OpenTimeout;
        while (length < destination.Length)
        {
            if (Kind != FileKind.Regular)
            {
                Await(timeout - Stopwatch.GetElapsedTime(begun));
            }

            var read = Read(Handle, ref MemoryMarshal.GetReference(destination[length..]), destination.Length - length);
            var errno = Marshal.GetLastPInvokeError();
            if (read == 0)
            {
                break;
            }

            if (read < 0 && errno is not (Eintr or Eagain))
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
            }

            (length, timeout) = read > 0 ? (length + (int)read, ReadTimeout) : (length, timeout);
        }

        return length;
    }

    private void Await(TimeSpan left)
    {
        var one = new PollDescriptor { File = (int)Handle.DangerousGetHandle(), Events = Readable };
        var result = left > TimeSpan.Zero ? Poll(ref one, 1, (int)Math.Ceiling(left.TotalMilliseconds)) : 0;
        if (result == 0)
        {
            throw new IOException(Kind == FileKind.Pipe ? "nobody writes into the pipe" : "nothing comes from it");
        }
    }

    private bool IsOfShell() =>
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{(int)Handle.DangerousGetHandle()}"))
            .LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, ref byte destination, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMs);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int File;
        public short Events;
        public short Happened;
    }
}
