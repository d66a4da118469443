using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Names;
using TraceAgent.Symbols.Safety;

namespace TraceAgent.Symbols.Functions;

/// <summary>A function that a rule could name.</summary>
public sealed record ListedFunction
{
    /// <summary>The name in its source language, with what distinguishes it from others of that name.</summary>
    public required string Name { get; init; }

    /// <summary>The symbol as nm prints it.</summary>
    public required string Symbol { get; init; }

    /// <summary>Virtual address in the ELF file.</summary>
    public required ulong Address { get; init; }

    /// <summary>Bytes of its code.</summary>
    public required ulong Size { get; init; }

    /// <summary>True when a hit at its entry is cheap; false when it is refused.</summary>
    public required bool IsEmulated { get; init; }

    /// <summary>The reason why its entry cannot be probed; null when it can.</summary>
    public SiteProblem? Refusal { get; init; }
}

/// <summary>The functions of a binary.</summary>
/// <param name="Functions">The functions in order of name.</param>
/// <param name="Count">The number of functions, listed or not.</param>
/// <param name="Problem">The reason why there is none; or null.</param>
public sealed record FunctionList(IReadOnlyList<ListedFunction> Functions, int Count, SiteProblem? Problem)
{
    /// <summary>Lists everything that a rule with this pattern would mean. Never throws because of what is in the file.</summary>
    /// <param name="image">The open image.</param>
    /// <param name="displayPath">The name of the file in messages.</param>
    /// <param name="pattern">The pattern as in <c>symbol:</c>.</param>
    /// <param name="max">The maximum number to list.</param>
    public static FunctionList Of(ElfImage image, string displayPath, string pattern, int max)
    {
        ArgumentNullException.ThrowIfNull(image);
        try
        {
            var asked = new SymbolPattern(pattern);
            var found = image.Functions.Find(asked, int.MaxValue);
            if (found.Kind != FunctionIndex.NameKind.Function)
            {
                return new FunctionList([], 0, new MissingFunction(image, displayPath, asked).Problem(found.Kind));
            }

            var problems = new List<SiteProblem>();
            var gate = new SiteGate(image, displayPath, new SiteRequest(), problems);
            var listed = found.Functions.OrderBy(function => function.Shown, StringComparer.Ordinal)
                .ThenBy(function => function.Start).Take(max)
                .Select(function =>
                {
                    problems.Clear();
                    var site = gate.Pass(function, function.Start);
                    return new ListedFunction
                    {
                        Name = function.Shown,
                        Symbol = function.Name,
                        Address = function.Start,
                        Size = function.End - function.Start,
                        IsEmulated = site is { Site.IsEmulated: true },
                        Refusal = site is null
                            ? problems.Find(problem => problem.Refused) ?? new SiteProblem(
                                SiteCodes.OutsideCode, Refused: true, $"{function.Shown} has no code in {displayPath}")
                            : null,
                    };
                });
            return new FunctionList([.. listed], found.Count, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new FunctionList([], 0, ElfImage.CannotRead(displayPath, error.Message, null));
        }
    }
}
