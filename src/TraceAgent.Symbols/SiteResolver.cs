using TraceAgent.Capture;
using TraceAgent.Symbols.Elf;

namespace TraceAgent.Symbols;

/// <summary>From what a rule asks for to the instructions that are probed.</summary>
public static class SiteResolver
{
    /// <summary>All sites, or at least one refusal and no site. Never throws because of what is in the file.</summary>
    /// <param name="image">Open.</param>
    /// <param name="displayPath">What to call the file in messages.</param>
    /// <param name="where">As the rule has it.</param>
    /// <param name="needsReturn">The rule asks for returns or for calls.</param>
    /// <param name="capturesArguments">The rule reads argument registers.</param>
    /// <param name="allowsUnsafe">Refusals of what misleads but harms no program become warnings.</param>
    public static SiteResolution Resolve(
        ElfImage image, string displayPath, Location where, bool needsReturn, bool capturesArguments, bool allowsUnsafe = false)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(where);
        var problems = new List<SiteProblem>();
        var sites = new List<ProbeSite>();
        try
        {
            var gate = new SiteGate(image, displayPath, needsReturn, capturesArguments, allowsUnsafe, problems);
            switch (where)
            {
                case Location.Symbol symbol:
                    ResolveSymbol(image, displayPath, symbol, capturesArguments, gate, sites, problems);
                    break;
                case Location.Address address:
                    ResolveAddress(image, displayPath, address.Value, $"0x{address.Value:x}", gate, sites, problems);
                    break;
                case Location.FileOffset offset:
                    ResolveFileOffset(image, displayPath, offset.Value, gate, sites, problems);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(where), where, "a kind of location that the resolver does not know");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(ElfImage.CannotRead(displayPath, error.Message, null));
        }

        if (problems.Any(problem => problem.Refused))
        {
            sites.Clear();
        }

        return new SiteResolution(
            sites.Count == 0 ? [] : [new SiteGroup(new CSiteAbi(image.Architecture), sites.ToEquatableArray())], problems.ToEquatableArray());
    }

    private static void ResolveSymbol(
        ElfImage image, string displayPath, Location.Symbol where, bool capturesArguments, SiteGate gate, List<ProbeSite> sites, List<SiteProblem> problems)
    {
        var kind = image.Functions.KindOf(where.Name);
        if (kind != FunctionIndex.NameKind.Function)
        {
            problems.Add(NoFunction(image, displayPath, where.Name, kind));
            return;
        }

        var functions = image.Functions.Named(where.Name);
        if (functions.Count > FunctionIndex.MaxOfOneName)
        {
            problems.Add(new SiteProblem(
                SiteCodes.TooManySites, Refused: true, $"more than {FunctionIndex.MaxOfOneName} functions of {displayPath} are called '{where.Name}'",
                "use the address of the one that is meant, as `offset:`"));
            return;
        }

        foreach (var function in functions)
        {
            if (where.Addend >= function.End - function.Start)
            {
                problems.Add(new SiteProblem(
                    SiteCodes.BeyondFunction, Refused: true,
                    $"{where.Name}+0x{where.Addend:x} is behind the end of '{where.Name}' in {displayPath}, which has 0x{function.End - function.Start:x} bytes"));
            }
            else if (gate.Pass(function, function.Start + where.Addend) is { } site)
            {
                sites.Add(site);
            }
        }

        WarnOfClones(image, displayPath, where.Name, capturesArguments, problems);
    }

    private static void ResolveFileOffset(
        ElfImage image, string displayPath, ulong offset, SiteGate gate, List<ProbeSite> sites, List<SiteProblem> problems)
    {
        foreach (var segment in image.CodeSegments)
        {
            if (segment.HoldsOffset(offset))
            {
                ResolveAddress(image, displayPath, segment.Address + (offset - segment.Offset), $"file+0x{offset:x}", gate, sites, problems);
                return;
            }
        }

        problems.Add(OutsideCode(image, displayPath, $"file+0x{offset:x}", asFileOffsets: true));
    }

    private static void ResolveAddress(
        ElfImage image, string displayPath, ulong address, string asked, SiteGate gate, List<ProbeSite> sites, List<SiteProblem> problems)
    {
        if (!image.IsCode(address))
        {
            problems.Add(OutsideCode(image, displayPath, asked, asFileOffsets: asked.StartsWith("file+", StringComparison.Ordinal)));
        }
        else if (gate.Pass(image.Functions.At(address) ?? image.Unwind.At(address), address) is { } site)
        {
            sites.Add(site);
        }
    }

    private static SiteProblem NoFunction(ElfImage image, string displayPath, string name, FunctionIndex.NameKind kind)
    {
        switch (kind)
        {
            case FunctionIndex.NameKind.Imported:
                return new SiteProblem(
                    SiteCodes.Imported, Refused: true, $"'{name}' is imported by {displayPath} from a library; its code is not in this file",
                    "name the library as the binary");
            case FunctionIndex.NameKind.IndirectFunction:
                return new SiteProblem(
                    SiteCodes.IndirectFunction, Refused: true,
                    $"'{name}' in {displayPath} is an indirect function (IFUNC): it names the code that chooses a variant for the processor, not the code that runs",
                    "use the variant that runs on this machine as `symbol:`, or its address as `offset:`");
            case FunctionIndex.NameKind.LabelOrVariable:
                return new SiteProblem(
                    SiteCodes.NotAFunction, Refused: true, $"'{name}' in {displayPath} is not a function",
                    "a rule needs a function, or an address in code as `offset:`");
        }

        var message = $"symbol '{name}' not found in {displayPath}";
        if (image.Functions.IsDamaged)
        {
            return new SiteProblem(SiteCodes.Damaged, Refused: true, $"{message}: its symbol table is damaged", "is the file complete?");
        }

        if (!image.Functions.NamesFunctions)
        {
            return new SiteProblem(
                SiteCodes.SymbolNotFound, Refused: true, $"{message}, which names no functions at all (stripped)",
                "use a binary with symbols, or an address as `offset:`");
        }

        var near = NearestNames.Of(name, image.Functions);
        return new SiteProblem(SiteCodes.SymbolNotFound, Refused: true, message, near.Count switch
        {
            0 when name.Contains('@', StringComparison.Ordinal) => "use the name without its version",
            0 => null,
            _ => $"did you mean {string.Join(" or ", near.Select(item => $"'{item}'"))}?",
        });
    }

    private static SiteProblem OutsideCode(ElfImage image, string displayPath, string asked, bool asFileOffsets)
    {
        const int most = 4;
        var sections = image.Sections.Where(section => section.IsCode).OrderByDescending(section => section.Size).Take(most)
            .OrderBy(section => section.Address).Select(section => (section.Name, Start: asFileOffsets ? section.Offset : section.Address, section.Size));
        var segments = image.CodeSegments.Take(most)
            .Select(segment => (Name: "", Start: asFileOffsets ? segment.Offset : segment.Address, Size: segment.FileSize));
        var prefix = asFileOffsets ? "file+" : "";
        var ranges = (sections.Any() ? sections : segments).Where(range => range.Size > 0)
            .Select(range => $"{prefix}0x{range.Start:x} to {prefix}0x{range.Start + range.Size - 1:x} ({range.Name})".Replace(" ()", "", StringComparison.Ordinal));
        var hint = string.Join(", ", ranges);
        return new SiteProblem(
            SiteCodes.OutsideCode, Refused: true, $"{asked} is outside the code of {displayPath}",
            hint.Length == 0 ? "the file has no code" : $"its code is at {hint}");
    }

    private static void WarnOfClones(ElfImage image, string displayPath, string name, bool capturesArguments, List<SiteProblem> problems)
    {
        const int most = 3;
        var bytes = System.Text.Encoding.UTF8.GetBytes(name);
        var clones = new SortedSet<string>(StringComparer.Ordinal);
        image.Functions.ForEachName(candidate =>
        {
            if (clones.Count < most && NearestNames.IsCloneOf(candidate, bytes))
            {
                clones.Add(System.Text.Encoding.UTF8.GetString(candidate));
            }
        });
        if (clones.Count > 0)
        {
            problems.Add(new SiteProblem(
                SiteCodes.Clones, Refused: false, $"the compiler also made {string.Join(", ", clones)} of '{name}' in {displayPath}; calls of these are not seen",
                capturesArguments ? "add a rule for each of them; their arguments may differ from the source" : "add a rule for each of them"));
        }
    }
}
