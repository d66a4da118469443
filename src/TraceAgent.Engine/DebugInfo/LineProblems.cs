using TraceAgent.Dwarf.Service;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>The reasons why lines lead to no place.</summary>
/// <param name="path">The binary.</param>
public sealed class LineProblems(string path)
{
    private const int MaxFiles = 8;

    /// <summary>The reason why no code was found; null when the one file that fits has some.</summary>
    /// <param name="file">The file as it was asked for.</param>
    /// <param name="line">The lines in words, such as "line 42" or "lines 40 to 52".</param>
    /// <param name="found">The files that fit, and lines with code around.</param>
    public SiteProblem Of(string file, string line, FoundLine found)
    {
        ArgumentNullException.ThrowIfNull(found);
        var nearest = found.Nearest.Count > 0 ? $"the nearest lines with code: {string.Join(", ", found.Nearest)}; " : "";
        return found.Files.Count switch
        {
            0 => new SiteProblem(
                SiteCodes.SourceFileNotFound, Refused: true, $"no source file of {path} ends with {file}",
                $"`traceagent lines {path}` lists them"),
            1 => new SiteProblem(
                SiteCodes.LineWithoutCode, Refused: true, $"no code of {path} begins on {line} of {found.Files[0]}",
                $"{nearest}`traceagent lines {path} {file}` lists the lines with code; "
                    + "others are comments, declarations, or optimised out"),
            _ => new SiteProblem(
                SiteCodes.SourceFileAmbiguous, Refused: true, $"{found.Files.Count} source files of {path} end with {file}",
                $"say more of its path: {string.Join(", ", found.Files.Take(MaxFiles))}{(found.Files.Count > MaxFiles ? ", ..." : "")}"),
        };
    }
}
