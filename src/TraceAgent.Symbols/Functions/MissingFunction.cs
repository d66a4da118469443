using TraceAgent.Symbols.Elf;

namespace TraceAgent.Symbols.Functions;

/// <summary>Explains why a name leads to no function, and what may have been meant.</summary>
internal sealed class MissingFunction(ElfImage image, string displayPath, SymbolPattern pattern)
{
    private const int MaxNames = 6;

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
        FunctionIndex.NameKind.LabelOrVariable => new SiteProblem(
            SiteCodes.NotAFunction, Refused: true, $"'{pattern.Text}' in {displayPath} is not a function",
            "a rule needs a function, or an address in code as `offset:`"),
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

        return new SiteProblem(SiteCodes.SymbolNotFound, Refused: true, message, Hint(functions));
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
