using System.Globalization;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Notes;
using TraceAgent.Symbols.Safety;

namespace TraceAgent.Symbols.Usdt;

/// <summary>Resolves <c>usdt:</c> to sites.</summary>
internal sealed class UsdtResolver(ElfImage image, string displayPath, Location.Usdt where, SiteRequest request)
{
    // Each variable costs a search through every symbol of the file.
    private const int MaxVariables = 64;

    private readonly UsdtPattern _pattern = new(where);
    private readonly Dictionary<string, ulong?> _variables = [];

    /// <summary>The request for a place in a function: a probe's arguments are where its note says.</summary>
    private SiteRequest OfPlace => request with { NeedsReturn = false, Arguments = [] };

    /// <exception cref="IOException">The operating system could not read.</exception>
    public void Resolve(List<PlacedSite> sites, List<SiteProblem> problems)
    {
        var notes = image.Usdt.Items.Where(_pattern.Fits).ToList();
        if (notes.Count == 0)
        {
            problems.Add(new MissingUsdtProbe(image.Usdt, displayPath, _pattern).Problem());
            return;
        }

        if (notes.Count > request.MaxSites)
        {
            problems.Add(TooMany(notes.Count));
            return;
        }

        var skipped = new List<SiteProblem>();
        var gate = new SiteGate(image, displayPath, OfPlace, skipped);
        foreach (var note in notes)
        {
            var before = skipped.Count;
            if (Pass(gate, note, skipped) is { } site)
            {
                problems.AddRange(skipped.Skip(before));
                skipped.RemoveRange(before, skipped.Count - before);
                sites.Add(new PlacedSite(AbiOf(note), site));
            }
            else
            {
                skipped[^1] = skipped[^1] with
                { Message = $"{note.FullName}: {skipped[^1].Message}", Hint = "follow the function that it is in, with `symbol:`" };
            }
        }

        Report(skipped, notes.Count, problems);
        if (image.Usdt.IsCut || image.Usdt.IsDamaged)
        {
            problems.Add(new SiteProblem(
                SiteCodes.SomeSkipped, Refused: false,
                image.Usdt.IsCut
                    ? FormattableString.Invariant(
                        $"{displayPath} has more USDT probes than the {image.Usdt.Items.Count:N0} that are read; ")
                        + $"places of '{_pattern.Text}' among the others are not probed"
                    : $"some notes of USDT probes in {displayPath} are damaged; "
                        + $"places of '{_pattern.Text}' that they name are not probed"));
        }
    }

    /// <summary>The places that are named, in order of their names, each with what the gate says of it.</summary>
    /// <param name="max">The maximum number.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public IEnumerable<ListedUsdtProbe> List(int max)
    {
        var problems = new List<SiteProblem>();
        var gate = new SiteGate(image, displayPath, OfPlace, problems);
        foreach (var note in image.Usdt.Items.Where(_pattern.Fits)
            .OrderBy(note => note.FullName, StringComparer.Ordinal).ThenBy(note => note.Address).Take(max))
        {
            problems.Clear();
            var site = Pass(gate, note, problems);
            yield return new ListedUsdtProbe
            {
                Provider = note.Provider,
                Name = note.Name,
                Address = note.Address,
                HasSemaphore = note.Semaphore != 0,
                Operands = note.Arguments,
                Arguments = AbiOf(note).Operands,
                IsEmulated = site is { IsEmulated: true },
                Refusal = site is null ? problems.Find(problem => problem.Refused) : null,
            };
        }
    }

    private ProbeSite? Pass(SiteGate gate, UsdtNote note, List<SiteProblem> problems)
    {
        if (!image.IsCode(note.Address))
        {
            problems.Add(new SiteProblem(
                SiteCodes.UsdtDamaged, Refused: true, $"its note names 0x{note.Address:x}, which is no code of {displayPath}"));
            return null;
        }

        ulong counter = 0;
        if (note.Semaphore != 0)
        {
            // The kernel counts in an aligned short in a private writable mapping (uprobe_register and valid_ref_ctr_vma in
            // kernel/events/uprobes.c).
            if (image.WritableFileOffsetOf(note.Semaphore, 2) is not ({ } offset and > 0) || offset % 2 != 0)
            {
                problems.Add(new SiteProblem(
                    SiteCodes.UsdtDamaged, Refused: true, $"its semaphore, at 0x{note.Semaphore:x}, is not in the data of {displayPath}"));
                return null;
            }

            counter = offset;
        }

        var site = gate.Pass(image.Functions.At(note.Address) ?? image.Unwind.At(note.Address), note.Address);
        return site is null ? null : site.Site with { Symbol = note.FullName, SymbolOffset = 0, ReferenceCounter = counter };
    }

    /// <summary>The ABI of a note. Without captured arguments, it does not matter where they are.</summary>
    private UsdtSiteAbi AbiOf(UsdtNote note)
    {
        OperandReader reader = image.Architecture == Architecture.X64
            ? new X64OperandReader(note.Address, VariableAt, image.HasFixedAddresses)
            : new Arm64OperandReader();
        return new UsdtSiteAbi(image.Architecture, request.CapturesArguments ? reader.Read(note.Arguments) : []);
    }

    private ulong? VariableAt(string name)
    {
        if (!_variables.TryGetValue(name, out var address) && _variables.Count < MaxVariables)
        {
            _variables[name] = address = image.Functions.AddressOf(name);
        }

        return address;
    }

    private void Report(List<SiteProblem> skipped, int total, List<SiteProblem> problems)
    {
        if (skipped.Count == 0)
        {
            return;
        }

        problems.Add(skipped.Count == total
            ? skipped[0]
            : new SiteProblem(
                SiteCodes.SomeSkipped, Refused: false,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{skipped.Count:N0} of the {total:N0} places of {displayPath} that '{_pattern.Text}' matches " +
                        $"{Plural.Verb(skipped.Count)} not probed; {skipped[0].Message}"),
                skipped[0].Hint));
    }

    private SiteProblem TooMany(int count) => new(
        SiteCodes.TooManySites, Refused: true,
        FormattableString.Invariant(
            $"'{_pattern.Text}' matches {count:N0} places of {displayPath}, ") +
            $"and the rule may have {Plural.Grouped(request.MaxSites, "site")}",
        count <= SiteResolution.MaxSites
            ? $"make the name narrower, or allow them with `max_sites: {count}`"
            : FormattableString.Invariant($"make the name narrower; `max_sites` can be {SiteResolution.MaxSites:N0} at most"));
}
