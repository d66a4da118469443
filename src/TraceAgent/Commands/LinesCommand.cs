using System.CommandLine;
using System.Text;
using TraceAgent.Commands.Arguments;
using TraceAgent.Commands.Listings;
using TraceAgent.Configuration;
using TraceAgent.Dwarf.Service;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Hosting;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Functions;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary><c>traceagent lines</c>: lists lines of source files that can be probed in a binary. Needs no privileges.</summary>
internal static class LinesCommand
{
    // A pattern may match thousands of functions; each costs a question to the child.
    private const int MaxFunctions = 16;

    public static Command Create()
    {
        var binary = new Argument<string>("BINARY")
        {
            HelpName = "BINARY",
            Description = "A program or library: a path, or a name such as redis-server or libc.so.6",
        };
        var place = new Argument<string?>("PLACE")
        {
            HelpName = "PLACE",
            Description = "FILE, FILE:LINE or FILE:FIRST-LAST, such as 'cart.c:40-52'; or a function, such as 'shop::Cart::add'; the "
                + "source files without it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        binary.CompletionSources.Add(Completions.Binaries);
        place.CompletionSources.Add(Completions.Functions(binary));
        var variables = new Option<bool>("--vars") { Description = "Show the variables of each place, and where their values are" };
        var config = ConfigOption.Create("Agent configuration with the folders of 'debug_info'");
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines" };
        var command = new Command("lines", "List the source lines that can be probed in a binary with debug information.")
        {
            binary, place, variables, config, json,
        };
        command.SetAction(parsed => ConfigOption.Read(parsed.GetValue(config), out var configuration) ?? Run(
            parsed.GetValue(binary)!, parsed.GetValue(place), (parsed.GetValue(variables), parsed.GetValue(json)),
            configuration));
        return command;
    }

    private static int Run(string binary, string? place, (bool WithVariables, bool Json) options, AgentConfiguration? configuration)
    {
        var (withVariables, json) = options;
        if (BinaryArgument.Find(binary, out var missingBinary) is not { } path)
        {
            return CommandError.Write(ExitCode.Usage, missingBinary!);
        }

        using var image = ElfImage.TryOpen(path, path, out var problem, configuration?.DebugFolders);
        if (image is null)
        {
            return Refuse(problem!);
        }

        if (configuration?.DebugServer is var (address, cache)
            && new DebugServer(address, cache).CompleteAsync(image, path).GetAwaiter().GetResult() is { } reason)
        {
            return Refuse(new SiteProblem(
                SiteCodes.NotFetched, Refused: true, $"the debug information of {path} was not fetched: {reason}"));
        }

        var answers = new List<DebugAnswer>();
        var queries = QueriesOf(image, path, place, withVariables, out var unknown);
        foreach (var query in queries)
        {
            if (DebugInfoClient.Ask(image, path, query, out problem) is not { } answer)
            {
                return Refuse(problem!);
            }

            answers.Add(answer);
            if (query is DebugQuery.Lines lines && Missing(answer, lines, path) is { } missing)
            {
                Report(answer.Problems);
                return Refuse(missing);
            }
        }

        return unknown is not null && answers.TrueForAll(answer => answer.Sites.Count == 0)
            ? Refuse(unknown)
            : Write(new LineListing(image, path, withVariables), answers, json);
    }

    /// <summary>The questions that a place means: one, but for functions several of a name.</summary>
    /// <param name="image">The open binary.</param>
    /// <param name="path">The path of the binary.</param>
    /// <param name="place">The place as it was written.</param>
    /// <param name="withVariables">True to ask for variables.</param>
    /// <param name="unknown">The reason to give when no place is found: no symbol has the name.</param>
    private static IReadOnlyList<DebugQuery> QueriesOf(
        ElfImage image, string path, string? place, bool withVariables, out SiteProblem? unknown)
    {
        unknown = null;
        if (place is null)
        {
            return [new DebugQuery.Files()];
        }

        if (SourceArgument.TryRead(place) is { } source)
        {
            return [new DebugQuery.Lines(source.File, source.First, source.Last, withVariables)];
        }

        var functions = FunctionList.Of(image, path, place, MaxFunctions);
        unknown = functions.Problem;
        if (unknown is not null)
        {
            // It may have been inlined wherever it is called.
            return [new DebugQuery.Function(place, withVariables)];
        }

        return [.. functions.Functions.Select(
            function => new DebugQuery.Code(function.Address, function.Address + function.Size, withVariables))];
    }

    private static SiteProblem? Missing(DebugAnswer answer, DebugQuery.Lines lines, string path)
    {
        if (answer.Sites.Count > 0)
        {
            return null;
        }

        var asked = lines.First == lines.Last
            ? FormattableString.Invariant($"line {lines.First}")
            : FormattableString.Invariant($"lines {lines.First} to {lines.Last}");
        return new LineProblems(path).Of(lines.File, asked, new FoundLine(answer.Files, lines.First, []));
    }

    private static int Refuse(SiteProblem reason) => CommandError.Write(ExitCode.Failure, SymbolRows.Describe(reason));

    private static int Write(LineListing listing, List<DebugAnswer> answers, bool json)
    {
        using (var stream = Console.OpenStandardOutput())
        using (var output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16))
        {
            if (json)
            {
                listing.WriteJson(output, answers);
            }
            else
            {
                listing.WriteText(output, answers);
            }
        }

        Report(answers.SelectMany(answer => answer.Problems).Distinct());
        if (answers.Exists(answer => answer.IsCut))
        {
            Console.Error.WriteLine($"traceagent: only the first {DebugInfoReader.MaxSites} places are listed; ask for fewer lines");
        }

        return ExitCode.Fine;
    }

    private static void Report(IEnumerable<string> problems)
    {
        foreach (var problem in problems)
        {
            Console.Error.WriteLine($"traceagent: {PrintableText.Of(problem)}");
        }
    }
}
