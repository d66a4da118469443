using TraceAgent.Engine;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;

namespace TraceAgent.Commands.Arguments;

/// <summary>The argument <c>BINARY</c>: a path, or the name of a program or library.</summary>
internal static class BinaryArgument
{
    /// <summary>Finds a file as rules do: by its path, or a program or library by its name.</summary>
    public static string? Find(string binary, out string? missing)
    {
        missing = null;
        if (binary.Contains('/'))
        {
            missing = FileStatus.Of(binary) is null ? $"{binary}: no such file" : null;
            return missing is null ? binary : null;
        }

        Target target = binary.EndsWith(".so", StringComparison.Ordinal) || binary.Contains(".so.", StringComparison.Ordinal)
            ? new Target.Library(binary)
            : new Target.Program(binary);
        var found = new TargetFinder().Find(target);
        if (found.Files is [var first, ..])
        {
            return first.Path;
        }

        missing = $"{found.Missing ?? target.Missing}{(target is Target.Library ? $"; a relative path is written ./{binary}" : "")}";
        return null;
    }
}
