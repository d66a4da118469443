using System.CommandLine;
using System.Globalization;
using TraceAgent.Bpf;
using TraceAgent.Capture;
using TraceAgent.Commands.Arguments;
using TraceAgent.Configuration;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Events.Outputs;
using TraceAgent.Hosting;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Logging;
using TraceAgent.Rules;
using TraceAgent.Rules.CommandLine;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary><c>traceagent trace</c>: runs one rule without a file.</summary>
internal static class TraceCommand
{
    private const string Name = "trace";

    /// <summary>The options that set keys of the rule.</summary>
    private static readonly (string Key, string HelpName, string Description)[] Keys =
    [
        ("on", "WHEN", "entry, return, both or call; without it, what the place says: entry, or with '-> type' call, or return where " +
            "nothing is between the brackets"),
        ("return_at", "WHERE", "ret (the default) or caller: where returns are seen; caller needs --unsafe true"),
        ("unsafe", "TRUE", "true lets --return-at caller change return addresses, which crashes or hangs some programs"),
        ("when", "EXPRESSION", "Only calls for which this is true: 'ret < 0 && path ~ \"/etc/*\"'"),
        ("format", "TEMPLATE", "The message: '{comm} opens {path}'"),
        ("capture", "NAME=EXPRESSION", "A computed value, also NAME:TYPE=EXPRESSION; may be given several times"),
        ("limit", "N/s", "At most this many lines per second"),
        ("sample", "1/N", "One line for N calls, by chance"),
        ("budget", "PERCENT", "Of one CPU that it may cost, or none; without it 20%"),
        ("pid", "PID", "Only this process"),
        ("target", "KEY=VALUE", "Only these processes: user=www-data, process=nginx*, cgroup=PATH, container=ID; may be given " +
            "several times"),
        ("level", "LEVEL", "Severity of the lines: Verbose, Debug, Information, Warning, Error or Fatal"),
    ];

    /// <summary>The values of keys that have few.</summary>
    private static readonly Dictionary<string, string[]> Values = new()
    {
        ["on"] = ["entry", "return", "both", "call"],
        ["return_at"] = ["ret", "caller"],
        ["unsafe"] = ["true"],
        ["level"] = Enum.GetNames<EventLevel>(),
        ["target"] = ["pid=", "process=", "user=", "cgroup=", "container="],
        ["budget"] = ["none"],
        ["limit"] = ["none"],
    };

    public static Command Create()
    {
        var place = new Argument<string>("BINARY:PLACE")
        {
            HelpName = "BINARY:PLACE",
            Description = "Where, and what to log: '/bin/bash:readline() -> string', 'libc.so.6:open(path: string, flags: int) -> errno', "
                + "or a line of source: './server:cart.c:42'. "
                + "BINARY is a path, a library or process:NAME",
        };
        var prototype = new Argument<string?>("PLACE")
        {
            HelpName = "PLACE",
            Description = "When the first word is the binary alone; also a C prototype: 'int add(int a, int b)'. After BINARY:FILE:LINE, "
                + "the message: '{total} {req->user->name}'",
            Arity = ArgumentArity.ZeroOrOne,
        };
        place.CompletionSources.Add(Completions.Places);
        prototype.CompletionSources.Add(Completions.Functions(place));
        foreach (var argument in (ReadOnlySpan<Argument>)[place, prototype])
        {
            argument.Validators.Add(result =>
            {
                if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } option)
                {
                    result.AddError($"there is no option {option.Value}");
                }
            });
        }

        var keys = Keys.Select(key => (
            key.Key,
            Option: new Option<string[]>($"--{key.Key.Replace('_', '-')}")
            {
                HelpName = key.HelpName,
                Description = key.Description,
                Arity = ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = false,
            })).ToList();
        foreach (var (key, option) in keys)
        {
            if (Values.TryGetValue(key, out var words))
            {
                option.CompletionSources.Add(Completions.Words(words));
            }
        }

        var count = new Option<long?>("--count") { HelpName = "N", Description = "End after this many lines" };
        count.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && (!long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1))
            {
                result.AddError($"--count takes a number from 1, not {token.Value}");
            }
        });
        var time = new Option<TimeSpan?>("--for")
        {
            HelpName = "TIME",
            Description = "End after this time: 500ms, 10s, 5m, 1h",
            CustomParser = result =>
            {
                if (ShortTime.Parse(result.Tokens[0].Value) is not { } value)
                {
                    result.AddError($"--for takes a time such as 500ms, 10s, 5m or 1h, not {result.Tokens[0].Value}");
                    return null;
                }

                return value;
            },
        };
        var json = new Option<bool>("--json") { Description = "JSON lines, as 'run --output -' writes them" };
        var output = new Option<string?>("--output")
        {
            HelpName = "-|FILE",
            Description = "File to append the lines to; - for standard output, the default",
        };
        output.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError("--output takes a FILE, or - for standard output, not an empty text");
            }
        });
        var flush = FlushOption.Create();
        var print = new Option<bool>("--print-rule") { Description = "Attach nothing; print the equivalent rule file" };
        var command =
            new Command(Name, "Trace one function without a rule file, until Ctrl-C. Totals are on standard error.") { place, prototype };
        keys.ForEach(key => command.Add(key.Option));
        foreach (var option in (ReadOnlySpan<Option>)[count, time, json, output, flush, print])
        {
            command.Add(option);
        }

        command.SetAction((parsed, _) =>
        {
            IReadOnlyList<string> words = parsed.GetValue(prototype) is { } second
                ? [parsed.GetValue(place)!, second]
                : [parsed.GetValue(place)!];
            var options = keys.SelectMany(
                key => (parsed.GetValue(key.Option) ?? []).Select(value => new RuleOption(key.Option.Name, key.Key, value))).ToList();
            if (options.Find(option => option.Key == "pid" && IsNoProcess(option.Value)) is { } gone)
            {
                return Task.FromResult(CommandError.Write(ExitCode.Usage, $"--pid {gone.Value}: there is no such process"));
            }

            var rule = CommandLineRule.Read($"traceagent {Name}", Environment.CurrentDirectory, words, options);
            return parsed.GetValue(print)
                ? Task.FromResult(Print(rule))
                : TraceAsync(
                    rule.File, Destination(parsed.GetValue(output), parsed.GetValue(json)),
                    new RunLimits(parsed.GetValue(count), parsed.GetValue(time)), parsed.GetValue(flush));
        });
        return command;
    }

    /// <summary>True for the number of a process that does not run. What is no number is refused as the key's value.</summary>
    private static bool IsNoProcess(string pid) =>
        int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && !Directory.Exists($"/proc/{number}");

    private static int Print(CommandLineRule rule)
    {
        if (rule.Yaml is not { } yaml)
        {
            return Refuse(rule.File, rule.File.Diagnostics, ExitCode.Usage);
        }

        using var output = new StreamWriter(Console.OpenStandardOutput());
        output.Write(yaml);
        return ExitCode.Fine;
    }

    private static OutputConfiguration Destination(string? output, bool json)
    {
        var format = json ? OutputFormat.Clef : OutputFormat.Trace;
        return output is null or "-"
            ? new OutputConfiguration.Console(format)
            : new OutputConfiguration.File(Path.GetFullPath(output), Roll: null, format);
    }

    private static async Task<int> TraceAsync(RuleFile file, OutputConfiguration output, RunLimits limits, TimeSpan? flush)
    {
        if (file.HasErrors)
        {
            return Refuse(file, file.Diagnostics, ExitCode.Usage);
        }

        // Errors of the place are known without privileges, and better reported before anything is opened.
        using (var resolver = new ProbeResolver())
        {
            var resolutions = file.Rules.Select(resolver.Resolve).ToList();
            if (resolutions.Exists(resolution => resolution.IsRefused))
            {
                return Refuse(file, resolutions.SelectMany(resolution => resolution.Diagnostics), ExitCode.Failure);
            }
        }

        CreationMask.Tighten();
        var configuration = AgentConfiguration.Default with { Socket = null, Flush = flush ?? AgentConfiguration.DefaultFlush };
        var source = new RuleSource([])
        {
            Given = file with { Rules = file.Rules.Select(configuration.Defaults.Complete).ToEquatableArray() },
        };
        return await AgentHost.RunAsync(
            [output],
            BpfSession.DefaultRingBytes,
            configuration.WaitForPages,
            new StandardErrorLoggerProvider(isCommand: true),
            (session, outputs) => new AgentParts(session, outputs, source, BpfSession.DefaultRingBytes, configuration)
            { RunLimits = limits }).ConfigureAwait(false);
    }

    private static int Refuse(RuleFile file, IEnumerable<Diagnostic> diagnostics, int exitCode)
    {
        DiagnosticWriter.WriteText(
            Console.Error, diagnostics, new Dictionary<string, SourceText> { [file.Path] = file.Source },
            TerminalColours.OnStandardError, TerminalColours.ColumnsOnStandardError);
        return exitCode;
    }
}
