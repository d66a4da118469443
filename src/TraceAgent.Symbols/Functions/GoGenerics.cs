using System.Text.RegularExpressions;
using TraceAgent.Symbols.Names;

namespace TraceAgent.Symbols.Functions;

/// <summary>
/// Generic functions of Go are compiled once for all types of one shape, and are passed a dictionary of what differs. Their names say
/// so: <c>main.largest[go.shape.int_0]</c>, or <c>main.largest[...]</c> in the table that tracebacks use.
/// </summary>
internal static partial class GoGenerics
{
    /// <summary>The minor version of Go from which on the dictionary is a parameter after the receiver; before, it came first.</summary>
    private const int FirstAfterReceiver = 20;

    /// <summary>The number of the word, from 0, that holds the dictionary; null when there is none, or when that is not known.</summary>
    /// <param name="name">The name as in the symbol table.</param>
    /// <param name="goMinor">The N of Go 1.N; null for the newest.</param>
    /// <param name="isUncertain">True when there is one, after a receiver of unknown size.</param>
    public static int? DictionaryWord(string name, int? goMinor, out bool isUncertain)
    {
        isUncertain = false;
        if (!GoSpelling.IsShaped(name))
        {
            return null;
        }

        var after = name[(name.LastIndexOf(']') + 1)..];
        if (after.Length > 0
            && (after.IndexOf('.', 1) >= 0 && !after.StartsWith(").", StringComparison.Ordinal) || Closure().IsMatch(after)))
        {
            return null;
        }

        if (after.Length == 0 || goMinor < FirstAfterReceiver)
        {
            return 0;
        }

        var isPointer = after.StartsWith(").", StringComparison.Ordinal);
        isUncertain = !isPointer;
        return isPointer ? 1 : null;
    }

    /// <summary>Matches functions within functions, and method values, which have their dictionary at hand.</summary>
    [GeneratedRegex(@"^\)?\.(?:.*\.)?(?:func|gowrap|deferwrap|dwrap)[0-9]|^\)\.[^.]*\.|-fm$|-range[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Closure();
}
