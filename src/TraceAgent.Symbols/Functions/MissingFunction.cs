using TraceAgent.Capture;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Names;

namespace TraceAgent.Symbols.Functions;

/// <summary>Explains why a name leads to no function, and what may have been meant.</summary>
internal sealed class MissingFunction(ElfImage image, string displayPath, SymbolPattern pattern)
{
    private const int MaxNames = 6;
    private const string DebugPackage = "a package with its debug symbols would name all functions";

    public SiteProblem Problem(FunctionIndex.NameKind kind) => kind switch
    {
        FunctionIndex.NameKind.Imported => new SiteProblem(
            SiteCodes.Imported,
            Refused: true, $"'{pattern.Text}' is imported by {displayPath} from a library; its code is not in this file",
            "name the library as the binary"),
        FunctionIndex.NameKind.IndirectFunction => new SiteProblem(
            SiteCodes.IndirectFunction, Refused: true,
            $"'{pattern.Text}' in {displayPath} is an indirect function (IFUNC): it names the code that chooses a variant for the " +
                $"processor, not the code that runs",
            VariantHint()),
        FunctionIndex.NameKind.Variable => new SiteProblem(
            SiteCodes.NotAFunction, Refused: true, $"'{pattern.Text}' in {displayPath} is a variable, not a function",
            "a rule needs a function, or an address in code as `offset:`"),
        FunctionIndex.NameKind.Label => new SiteProblem(
            SiteCodes.NotAFunction, Refused: true,
            $"'{pattern.Text}' in {displayPath} is a symbol without a type (assembly), and no unwind entry says that a function begins " +
                "there: it may be data",
            image.Functions.AddressOf(pattern.Name) is { } address
                ? $"if `objdump -d` shows code there, use `offset: 0x{address:x}`"
                : "if `objdump -d` shows code there, use its address as `offset:`"),
        _ => NotFound(),
    };

    private string VariantHint()
    {
        var variants = image.Functions.VariantsOf(pattern.Name, MaxNames);
        return variants.Count == 0
            ? "use the variant that runs on this machine as `symbol:`, or its address as `offset:`"
            : $"its variants are {string.Join(", ", variants)}{(variants.Count == MaxNames ? ", …" : "")}; " +
              $"`symbol: __{pattern.Name.TrimStart('_')}_*` probes all of them";
    }

    private SiteProblem NotFound()
    {
        var functions = image.Functions;
        var message = !pattern.LooksLikeName
            ? $"no function of {displayPath} is called like '{pattern.Text}'"
            : $"symbol '{pattern.Text}' not found in {displayPath}";
        if (functions.IsDamaged)
        {
            return new SiteProblem(SiteCodes.Damaged, Refused: true, $"{message}: its symbol table is damaged", "is the file complete?");
        }

        if (!functions.NamesFunctions)
        {
            return new SiteProblem(
                SiteCodes.SymbolNotFound, Refused: true, $"{message}, which names no functions at all (stripped)",
                functions.Remark
                    ?? "use a binary with symbols, an address as `offset:`, or one of its libraries, which `ldd` lists, as `binary:`");
        }

        var hint = Hint(functions);
        return functions.IsStripped && hint is null
            ? new SiteProblem(
                SiteCodes.SymbolNotFound, Refused: true, $"{message} (stripped)",
                FittingProbes() is { } probes ? $"{DebugPackage}; {probes}" : DebugPackage)
            : new SiteProblem(SiteCodes.SymbolNotFound, Refused: true, message, hint);
    }

    /// <summary>The USDT probes whose names have a word of the function's, with a sentence about them; null when there is none.</summary>
    private string? FittingProbes()
    {
        const int shortest = 4;
        var words = pattern.Name.Split(['_', ':', '.', '*', '?'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.Length >= shortest).ToArray();
        var names = image.Usdt.Items.Select(note => note.FullName).Distinct().ToArray();
        var fitting = names.Where(name => Array.Exists(words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .Order(StringComparer.Ordinal).Take(MaxNames).ToArray();
        if (fitting.Length > 0)
        {
            return $"USDT probes that may fit: {string.Join(", ", fitting)}";
        }

        return names.Length == 0
            ? null
            : $"it has {Plural.Grouped(names.Length, "USDT probe")}, which `traceagent symbols --usdt` lists";
    }

    private string? Hint(FunctionIndex functions)
    {
        if (pattern.Version is not null && functions.VersionsOf(pattern.NameBytes, MaxNames) is { Count: > 0 } versions)
        {
            return $"its versions are {string.Join(", ", versions.Select(version => $"'{pattern.Name}@{version}'"))}";
        }

        var near = !pattern.LooksLikeName ? [] : NearestNames.Of(pattern.Text, functions);
        if (near.Count > 0)
        {
            return $"did you mean {string.Join(" or ", near.Select(item => $"'{item}'"))}?";
        }

        return pattern.Version is not null && functions.KindOf(pattern.Name) != FunctionIndex.NameKind.Absent
            ? "use the name without its version"
            : functions.Remark;
    }
}
