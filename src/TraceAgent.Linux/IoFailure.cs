namespace TraceAgent.Linux;

/// <summary>Describes why a file, a folder or a pipe could not be used, in the words and with the name of errno(3).</summary>
public static class IoFailure
{
    public const int BrokenPipe = 32;

    /// <summary>
    /// The errno of an exception; 0 when there is none. On Unix the HResult of an IOException is errno (dotnet/runtime,
    /// Interop.IOErrors.cs).
    /// </summary>
    /// <param name="exception">IOException or UnauthorizedAccessException.</param>
    public static int ErrnoOf(Exception exception) => (exception as IOException ?? exception.InnerException as IOException)?.HResult ?? 0;

    /// <inheritdoc cref="ErrnoOf"/>
    public static string Describe(Exception exception) => (exception, ErrnoOf(exception)) switch
    {
        (DirectoryNotFoundException or FileNotFoundException, _) => "No such file or directory (ENOENT)",
        (_, 1) => "Operation not permitted (EPERM)",
        (_, 5) => "Input/output error (EIO)",
        (_, 13) => "Permission denied (EACCES)",
        // CreateDirectory says so of a file in the place of a folder.
        (_, 17 or 20) => "Not a directory (ENOTDIR)",
        (_, 9) => "Bad file descriptor (EBADF)",
        (_, 21) => "Is a directory (EISDIR)",
        (_, 27) => "File too large (EFBIG)",
        (_, 28) => "No space left on device (ENOSPC)",
        (_, 30) => "Read-only file system (EROFS)",
        (_, BrokenPipe) => "Broken pipe (EPIPE); its reader has closed it",
        (_, 122) => "Disk quota exceeded (EDQUOT)",
        _ => exception.Message,
    };
}
