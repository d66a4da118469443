using System.Globalization;

namespace TraceAgent.Commands.Arguments;

/// <summary>Lines of a source file as a command line names them: <c>cart.c</c>, <c>cart.c:42</c>, <c>cart.c:40-52</c>.</summary>
internal readonly record struct SourceArgument(string File, uint First, uint Last)
{
    /// <summary>Reads the argument; null for what is the name of a function.</summary>
    public static SourceArgument? TryRead(string text)
    {
        var colon = text.LastIndexOf(':');
        var (file, lines) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        if (lines.Length > 0 && TryReadLines(lines) is var (first, last))
        {
            return new SourceArgument(file, first, last);
        }

        // Names of functions have no dots but for Go's, which end with no suffix of a source file.
        return IsSourceFile(text) ? new SourceArgument(text, 1, uint.MaxValue) : null;
    }

    private static (uint First, uint Last)? TryReadLines(string text)
    {
        var dash = text.IndexOf('-');
        var (from, to) = dash < 0 ? (text, text) : (text[..dash], text[(dash + 1)..]);
        return uint.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && uint.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last) && first > 0 && last >= first
            ? (first, last)
            : null;
    }

    private static bool IsSourceFile(string text) => Path.GetExtension(text) is
        ".c" or ".h" or ".cc" or ".hh" or ".cpp" or ".hpp" or ".cxx" or ".hxx" or ".C" or ".H" or ".inc" or ".inl" or ".ipp" or ".tcc"
        or ".rs" or ".go" or ".s" or ".S" or ".d" or ".f90" or ".pas" or ".zig" or ".swift" or ".m" or ".mm" or ".y" or ".l";
}
