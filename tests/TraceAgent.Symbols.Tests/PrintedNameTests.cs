using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Demangling;
using TraceAgent.Shared.Tests;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Names;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>What tools print is found as it stands. nm, c++filt and our own list of real programs are the oracle.</summary>
public sealed partial class PrintedNameTests(PrintedNameTests.RustProgram rust) : IClassFixture<PrintedNameTests.RustProgram>
{
    private const int Names = 250;
    private const int Patterns = 12;
    private const int Seed = 20;

    public static TheoryData<string> Programs =>
    [
        "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/bin/node", "/usr/sbin/mariadbd", "/usr/lib/x86_64-linux-gnu/libbcc.so.0",
        RustProgram.OfFirstForm, RustProgram.OfSecondForm,
    ];

    [Theory, MemberData(nameof(Programs))]
    public void A_name_that_a_tool_prints_leads_to_its_function(string program)
    {
        var functions = FunctionsOf(rust.PathOf(program));
        var sample = Sampled([.. functions.Where(function => Demangler.IsMangled(Encoding.UTF8.GetBytes(function.Name)))], Names);
        string[][] printed = [Filtered(sample), Filtered(sample, "--no-verbose"), Filtered(sample, "--no-verbose", "--no-params")];
        using var image = Open(rust.PathOf(program));
        var lost = new List<string>();
        for (var i = 0; i < sample.Length; i++)
        {
            var (symbol, address) = sample[i];
            var listed = Demangler.Demangle(Encoding.UTF8.GetBytes(symbol));

            // Without parameters, nothing tells a copy from its original.
            var isCopy = symbol.Contains('.', StringComparison.Ordinal);
            string?[] names =
                [symbol, printed[0][i], printed[1][i], isCopy ? null : printed[2][i], listed?.Full, listed?.Name, listed?.Bare];
            lost.AddRange(names.OfType<string>().Distinct().Where(name => !Found(image, name).Contains(address))
                .Select(name => $"{symbol}: {name}"));
        }

        Assert.Equal(Names, sample.Length);
        Assert.Equal("", string.Join("\n", lost));
    }

    [Fact]
    public void Of_a_function_within_a_name_no_return_type_is_printed()
    {
        // fmt::v9::detail::do_parse_arg_id of a class that is local to the template function parse_width.
        const string symbol = "_ZN3fmt2v96detail15do_parse_arg_idIcRZNS1_11parse_widthIcRNS1_13specs_checkerINS1_13specs_handlerIcEEEEEE"
            + "PKT_SB_SB_OT0_E13width_adapterEESB_SB_SB_SD_";

        Assert.Equal(Filtered([(symbol, 0)])[0], Demangler.DemangleLong(Encoding.UTF8.GetBytes(symbol))!.Full);
    }

    [Theory, MemberData(nameof(Programs))]
    public void A_pattern_means_exactly_what_it_fits_in_the_list_of_functions(string program)
    {
        var listed = FunctionsOf(rust.PathOf(program)).ToLookup(
            function => function.Address, function => (function.Name, Demangler.Demangle(Encoding.UTF8.GetBytes(function.Name))?.Full));
        var untyped = AddressesOf(rust.PathOf(program), "NOTYPE").Where(address => !listed.Contains(address)).ToHashSet();
        var random = new Random(Seed);
        var texts = listed.Select(function => function.First().Full ?? function.First().Name).ToArray();
        using var image = Open(rust.PathOf(program));
        var differences = new List<string>();
        for (var i = 0; i < Patterns; i++)
        {
            var text = texts[random.Next(texts.Length)];
            var at = random.Next(text.Length);
            var pattern = $"*{text.Substring(at, Math.Min(random.Next(3, 14), text.Length - at)).Replace('@', '?')}*";
            var expected = listed
                .Where(function => function.Any(name => Wildcard.Matches(pattern, name.Name) || Wildcard.Matches(pattern, name.Full ?? "")))
                .Select(function => function.Key).ToHashSet();
            var found = Found(image, pattern);

            // Assembly without types is found where unwind entries say that functions begin, which nm does not read.
            found.RemoveWhere(untyped.Contains);
            if (!expected.SetEquals(found))
            {
                differences.Add($"{pattern}: {expected.Count} in the list, {found.Count} found");
            }
        }

        Assert.Equal("", string.Join("\n", differences));
    }

    private static HashSet<ulong> Found(ElfImage image, string name) =>
        [.. image.Functions.Find(new SymbolPattern(name), int.MaxValue).Functions.Select(function => function.Start)];

    private static (string Name, ulong Address)[] FunctionsOf(string path) =>
    [
        .. Function().Matches(Listed(path) + Listed(path, "-D"))
            .Select(match => (Name: match.Groups[1].Value, Address: Convert.ToUInt64(match.Groups[2].Value, 16)))
            .Where(function => function.Name.Length <= Demangler.MaxNameLength).Distinct(),
    ];

    private static IEnumerable<ulong> AddressesOf(string path, string type) => Listed(path).Split('\n')
        .Select(line => line.Split('|')).Where(parts => parts.Length > 3 && parts[3].Trim() == type)
        .Select(parts => Convert.ToUInt64(parts[1], 16));

    private static string Listed(string path, params string[] options) =>
        CompiledFolder.Run("nm", ["-f", "sysv", "--defined-only", .. options, path]);

    private static T[] Sampled<T>(T[] all, int count)
    {
        new Random(Seed).Shuffle(all);
        return all[..count];
    }

    private static string[] Filtered((string Name, ulong Address)[] names, params string[] options)
    {
        using var process = Process.Start(
            new ProcessStartInfo("c++filt", options) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(string.Join('\n', names.Select(name => name.Name)));
        process.StandardInput.Close();
        return output.Result.TrimEnd('\n').Split('\n');
    }

    [GeneratedRegex(@"^([^@|\s]+)[^|]*\|([0-9a-f]+)\|[^|]*\|\s*FUNC\|", RegexOptions.Multiline)]
    private static partial Regex Function();

    /// <summary>A program with Rust's library in it, in both forms of mangled names.</summary>
    public sealed class RustProgram : IDisposable
    {
        public const string OfFirstForm = "rust, first form";
        public const string OfSecondForm = "rust, second form";

        private readonly string _folder = Directory.CreateTempSubdirectory("traceagent-names-").FullName;

        public RustProgram()
        {
            foreach (var (program, form) in new[] { (OfFirstForm, "legacy"), (OfSecondForm, "v0") })
            {
                CompiledFolder.Run(
                    "env", "RUSTC_BOOTSTRAP=1", "rustc", "-g", "--edition=2021", "-Zunstable-options",
                    "-C", $"symbol-mangling-version={form}", "-o", PathOf(program),
                    CompiledPrograms.Source("names.rs"));
            }
        }

        public string PathOf(string program) => program.StartsWith('/') ? program : Path.Combine(_folder, program.Replace(", ", "-"));

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
