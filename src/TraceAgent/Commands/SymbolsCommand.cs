using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceAgent.Bpf.Linux;
using TraceAgent.Hosting;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Targets;

namespace TraceAgent.Commands;

/// <summary><c>traceagent symbols</c>: which functions of a binary a rule could name. Needs no privileges.</summary>
internal static class SymbolsCommand
{
    private const int DefaultMost = 1000;

    public static Command Create()
    {
        var binary = new Argument<string>("BINARY") { Description = "A program or library: a path, or a name such as libc.so.6" };
        var pattern = new Argument<string>("PATTERN")
        {
            Description = "A name or pattern as in symbol:, such as 'ngx_http_*' or 'shop::Cart::add'; all functions without it",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => "*",
        };
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

        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines" };
        var most = new Option<int>("--max") { Description = "List at most so many functions", HelpName = "N", DefaultValueFactory = _ => DefaultMost };
        most.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1))
            {
                result.AddError($"--max takes a number from 1, not {token.Value}");
            }
        });
        var command = new Command("symbols", "List what can be probed in a binary.") { binary, pattern, json, most };
        command.SetAction(parsed => Run(parsed.GetValue(binary)!, parsed.GetValue(pattern)!, parsed.GetValue(json), parsed.GetValue(most)));
        return command;
    }

    private static int Run(string binary, string pattern, bool json, int most)
    {
        // A library by its name, as in rules.
        var path = FileStatus.Of(binary) is not null ? binary : LibraryCalled(binary);
        if (path is null)
        {
            return CommandError.Write(ExitCode.Usage, $"{binary}: no such file{(binary.Contains('/') ? "" : ", and no library that the dynamic linker knows")}");
        }

        using var image = ElfImage.TryOpen(path, out var problem);
        var list = image is null ? new FunctionList([], 0, problem) : FunctionList.Of(image, path, pattern, most);
        if (list.Problem is { } reason)
        {
            return CommandError.Write(ExitCode.Failure, PrintableText.Of($"{reason.Code}: {reason.Message}{(reason.Hint is { } hint ? $"; {hint}" : "")}"));
        }

        using (var stream = Console.OpenStandardOutput())
        using (var output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16))
        {
            if (json)
            {
                WriteJson(output, list.Functions);
            }
            else if (Console.IsOutputRedirected)
            {
                WriteColumns(output, list.Functions);
            }
            else
            {
                WriteTable(output, list.Functions);
            }
        }

        if (list.Count > list.Functions.Count || !Console.IsOutputRedirected)
        {
            Console.Error.WriteLine(list.Count > list.Functions.Count
                ? string.Create(CultureInfo.InvariantCulture, $"{list.Functions.Count:N0} of {list.Count:N0} functions; narrow them with a PATTERN, or use --max {list.Count}")
                : Counted.Of(list.Count, "function"));
        }

        return ExitCode.Fine;
    }

    private static string? LibraryCalled(string name) =>
        !name.Contains('/') && new TargetFinder().Find(new Target.Library(name)).Files is [var first, ..] ? first.Path : null;

    /// <summary>How a hit at the entry is carried out, or the code of the refusal.</summary>
    private static string Probe(ListedFunction function) => function.Refusal?.Code ?? (function.IsEmulated ? "emulated" : "stepped");

    private static void WriteTable(StreamWriter output, IReadOnlyList<ListedFunction> functions)
    {
        var widest = functions.Max(function => function.Size.ToString(CultureInfo.InvariantCulture).Length);
        var size = Math.Max(widest, "SIZE".Length);
        output.Write($"{"ADDRESS",-18} {"SIZE".PadLeft(size)} {"PROBE",-8} NAME\n");
        foreach (var function in functions)
        {
            output.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"0x{function.Address,-16:x} {function.Size.ToString(CultureInfo.InvariantCulture).PadLeft(size)} {Probe(function),-8} {PrintableText.Of(function.Name)}\n"));
        }

        // One example of each code says more than a column of codes.
        foreach (var refusal in functions.Where(function => function.Refusal is not null).Select(function => function.Refusal!).DistinctBy(problem => problem.Code))
        {
            output.Write(PrintableText.Of($"{refusal.Code}: {refusal.Message}{(refusal.Hint is { } hint ? $"; {hint}" : "")}") + "\n");
        }
    }

    private static void WriteColumns(StreamWriter output, IReadOnlyList<ListedFunction> functions)
    {
        foreach (var function in functions)
        {
            output.Write(string.Create(
                CultureInfo.InvariantCulture, $"0x{function.Address:x}\t{function.Size}\t{Probe(function)}\t{PrintableText.Of(function.Name)}\n"));
        }
    }

    private static void WriteJson(StreamWriter output, IReadOnlyList<ListedFunction> functions)
    {
        var buffer = new MemoryStream();
        foreach (var function in functions)
        {
            buffer.SetLength(0);
            using (var line = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                line.WriteStartObject();
                line.WriteString("name", PrintableText.WellFormed(function.Name));
                line.WriteString("symbol", PrintableText.WellFormed(function.Symbol));
                line.WriteString("address", string.Create(CultureInfo.InvariantCulture, $"0x{function.Address:x}"));
                line.WriteNumber("size", function.Size);
                line.WriteString("probe", function.Refusal is not null ? "refused" : Probe(function));
                if (function.Refusal is { } refusal)
                {
                    line.WriteString("code", refusal.Code);
                    line.WriteString("reason", PrintableText.WellFormed(refusal.Message));
                }

                line.WriteEndObject();
            }

            output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            output.Write('\n');
        }
    }
}
