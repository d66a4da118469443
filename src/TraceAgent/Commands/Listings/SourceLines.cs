using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Commands.Listings;

/// <summary>The text of a source file, when it is where it was compiled.</summary>
internal sealed class SourceLines
{
    private const long MaxBytes = 16 << 20;
    private const int MaxLength = 160;

    private readonly string[] _lines;

    private SourceLines(string[] lines) => _lines = lines;

    /// <summary>Reads a file; empty when it is not there, is no regular file, or is too long.</summary>
    public static SourceLines Of(string path)
    {
        try
        {
            // Debug information may name anything: no pipe is waited for, and no device read.
            return new SourceLines(FileStatus.Of(path) is { Kind: FileKind.Regular, Size: <= MaxBytes } ? File.ReadAllLines(path) : []);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new SourceLines([]);
        }
    }

    /// <summary>The text of a line, at most 160 characters of it; empty when there is none.</summary>
    public string At(uint line)
    {
        if (line == 0 || line > _lines.Length)
        {
            return "";
        }

        var text = _lines[line - 1].Replace("\t", "    ", StringComparison.Ordinal).TrimEnd();
        return text.Length > MaxLength ? text[..MaxLength] : text;
    }
}
