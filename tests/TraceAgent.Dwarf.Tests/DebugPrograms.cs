using TraceAgent.Shared.Tests;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Compiles programs of Programs/ and the oracle at their first use.</summary>
public sealed class DebugPrograms : CompiledFolder
{
    private string? _oracle;

    /// <summary>What libdw reads, as a program.</summary>
    public string Oracle => _oracle ??= CompileOracle();

    /// <summary>Compiles a program once, and returns its path.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="options">Its options, in words.</param>
    /// <param name="source">A file of Programs/.</param>
    public string Compile(string compiler, string options, string source)
    {
        var words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var path = At(string.Concat([source, "-", compiler, .. words]).Replace('/', '_'));
        if (!File.Exists(path))
        {
            var input = In($"Programs/{source}");
            RunHere(compiler, compiler == "go" ? ["build", .. words, "-o", path, input] : [.. words, "-o", path, input]);
        }

        return path;
    }

    private string CompileOracle()
    {
        Run("gcc", "-O1", "-o", At("entries"), In("Oracle/entries.c"), "-ldw");
        return At("entries");
    }
}
