using System.CommandLine;
using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Commands.Arguments;
using TraceAgent.Commands.Listings;
using TraceAgent.Engine;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Targets;
using TraceAgent.Hosting;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Functions;
using TraceAgent.Symbols.Usdt;

namespace TraceAgent.Commands;

/// <summary><c>traceagent symbols</c>: lists the functions of a binary that a rule could name. Needs no privileges.</summary>
internal static class SymbolsCommand
{
    private const int DefaultMost = 1000;

    public static Command Create()
    {
        var binary = new Argument<string>("BINARY")
        {
            HelpName = "BINARY",
            Description = "A program or library: a path, or a name such as redis-server or libc.so.6",
        };
        var pattern = new Argument<string>("PATTERN")
        {
            HelpName = "PATTERN",
            Description = "A name or pattern as in symbol:, such as 'ngx_http_*' or 'shop::Cart::add'; all functions without it",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => "*",
        };
        binary.CompletionSources.Add(Completions.Binaries);
        pattern.CompletionSources.Add(Completions.Functions(binary));
        foreach (var argument in (ReadOnlySpan<Argument>)[binary, pattern])
        {
            argument.Validators.Add(result =>
            {
                if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } option)
                {
                    result.AddError($"there is no option {option.Value}");
                }
            });
        }

        var usdt = new Option<bool>("--usdt")
        {
            Description = "List USDT probes instead, with PATTERN as in usdt:, such as 'postgresql:query__*'",
        };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines" };
        var max = new Option<int>("--max")
        {
            Description = "List at most this many functions",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultMost,
        };
        max.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && (!int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1))
            {
                result.AddError($"--max takes a number from 1, not {token.Value}");
            }
        });
        var command = new Command("symbols", "List what can be probed in a binary.") { binary, pattern, usdt, json, max };
        command.SetAction(parsed =>
            Run(parsed.GetValue(binary)!, parsed.GetValue(pattern)!, parsed.GetValue(usdt), parsed.GetValue(json), parsed.GetValue(max)));
        return command;
    }

    private static int Run(string binary, string pattern, bool usdt, bool json, int max)
    {
        if (BinaryArgument.Find(binary, out var missing) is not { } path)
        {
            return CommandError.Write(ExitCode.Usage, missing!);
        }

        using var image = ElfImage.TryOpen(path, out var problem);
        if (image is null)
        {
            return Refuse(problem!);
        }

        if (usdt)
        {
            var probes = UsdtList.Of(image, path, pattern, max);
            return probes.Problem is { } none
                ? Refuse(none)
                : Write(UsdtTable.Rows(probes), json, (probes.Probes.Count, probes.Count, "place"));
        }

        var list = FunctionList.Of(image, path, pattern, max);
        return list.Problem is { } reason
            ? Refuse(OwningLibrary.Named(reason, image, pattern))
            : Write(FunctionTable.Rows(list), json, (list.Functions.Count, list.Count, "function"));
    }

    private static int Refuse(SiteProblem reason) => CommandError.Write(ExitCode.Failure, SymbolRows.Describe(reason));

    private static int Write(SymbolRows rows, bool json, (int Listed, int All, string Noun) count)
    {
        using (var stream = Console.OpenStandardOutput())
        using (var output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16))
        {
            if (json)
            {
                rows.WriteJson(output);
            }
            else if (Console.IsOutputRedirected)
            {
                rows.WriteColumns(output);
            }
            else
            {
                rows.WriteTable(output);
            }
        }

        if (count.All > count.Listed || !Console.IsOutputRedirected)
        {
            Console.Error.WriteLine(count.All > count.Listed
                ? string.Create(CultureInfo.InvariantCulture, $"{count.Listed:N0} of {count.All:N0} {count.Noun}s; narrow them with a " +
                    $"PATTERN, or use --max {count.All}")
                : Plural.Of(count.All, count.Noun));
        }

        return ExitCode.Fine;
    }
}
