using System.CommandLine;
using TraceAgent.Capture;
using TraceAgent.Commands.Arguments;
using TraceAgent.Commands.Checks;
using TraceAgent.Configuration;
using TraceAgent.Engine;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Trust;
using TraceAgent.Hosting;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Linux.Host;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary><c>traceagent check</c>: everything that is wrong with rule files, without touching the kernel unless asked.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var paths = RulePaths.Argument(ArgumentArity.ZeroOrMore);
        var config = new Option<string?>("--config")
        {
            Description = "Agent configuration to check as well, and the rules that it names unless there is a PATH",
            HelpName = "FILE",
        };
        var format = new Option<string>("--format")
        {
            Description = "text for people, json for machines",
            DefaultValueFactory = _ => "text",
        };
        format.AcceptOnlyFromAmong("text", "json");
        var attach = new Option<bool>("--attach")
        {
            Description = "Also load and attach every rule for a moment (needs the agent's privileges)",
        };
        var command = new Command("check", "Read, resolve and compile rule files, and name every mistake. Exit code 1 when there is one.")
            { paths, config, format, attach };
        command.Validators.Add(result =>
        {
            if (result.GetResult(paths) is null or { Tokens.Count: 0 } && result.GetResult(config) is null)
            {
                result.AddError("check needs a PATH of rules, or --config FILE");
            }
        });
        command.SetAction(parsed =>
            Run(parsed.GetValue(config), parsed.GetValue(paths) ?? [], parsed.GetValue(format) == "json", parsed.GetValue(attach)));
        return command;
    }

    private static int Run(string? configPath, string[] paths, bool json, bool attach)
    {
        if (RulePaths.FirstMissing(configPath is null ? paths : [.. paths, configPath]) is { } missingPath)
        {
            return CommandError.Write(ExitCode.Usage, $"{missingPath}: no such file or folder");
        }

        var configuration = configPath is null
            ? null
            : AgentConfigurationFile.Load(configPath, new PathTrust(TrustedUsers.OfThisProcess()));
        var diagnostics = configuration?.Diagnostics.ToList() ?? [];
        var untrusted = Severity.Warning;
        if (paths.Length == 0 && configuration?.Value is { Rules: var rules })
        {
            untrusted = Severity.Error;
            if (FileStatus.Of(rules) is not null)
            {
                paths = [rules];
            }
            else
            {
                diagnostics.Add(Diagnostic.Error(
                    DiagnosticCode.Unreadable, new SourceSpan(configPath!, 1, 1, 1), $"rules: {rules}: no such file or folder"));
            }
        }

        var (files, withoutFiles) = RulePaths.Read(paths, untrusted);
        var value = configuration?.Value;
        using var resolver = ConfiguredResolver.Of(value);
        var evaluator = new RuleFileEvaluator(
            resolver, new PrefixSource(new PathTrust(TrustedUsers.OfThisProcess(), untrusted)),
            () => value is null ? null : AgentConfiguration.NamesOf(value.Outputs));
        var resolved = files.Select(evaluator.Resolve).ToList();
        var contradictions = new SourceComparison(value?.DebugFolders).Of(
            resolved.SelectMany(file => file.Probes).Select(one => one.Desired));
        var claims = InterfaceClaims.Fresh(resolved.SelectMany(file => file.Filters), NetworkInterfaces.List());
        var names = new RuleNames();
        foreach (var file in resolved)
        {
            var found = evaluator.Validate(file.File, names);
            names.Add(file.File);
            found.AddRange(file.Pending.Select(one =>
                Diagnostic.Warning(CheckCodes.Pending, one.Rule.Binary.At, one.Missing, "the rule waits until it appears")));
            found.AddRange(contradictions.Where(contradiction => contradiction.At.File == file.File.Path));
            found.AddRange(file.Filters.SelectMany(filter => PacketCheck.Of(filter, claims)));
            diagnostics.AddRange(found.OrderBy(d => d.At.File != file.File.Path).ThenBy(d => d.At.Line).ThenBy(d => d.At.Column));
        }

        try
        {
            diagnostics.AddRange(attach ? KernelCheck.Attach(resolved) : KernelCheck.Compile(resolved));
        }
        catch (KernelException refusal)
        {
            return CommandError.Write(ExitCode.NotPermitted, refusal.Message);
        }

        diagnostics.AddRange(withoutFiles.Select(path =>
            Diagnostic.Warning(CheckCodes.NoFiles, new SourceSpan(
                path, 1, 1, 1), "no rule files in it", "names end in .yaml or .yml and do not begin with a dot")));
        var sources = files.Select(file => file.Source)
            .Concat(resolved.SelectMany(file => file.Diagnostics).Select(one => one.Source)).ToList();
        if (configuration is not null)
        {
            sources.Add(configuration.Source);
        }

        Show(diagnostics, sources, files.Count + (configuration is null ? 0 : 1), files.Sum(file => file.Entries), json);
        return diagnostics.Any(d => d.Severity == Severity.Error) ? ExitCode.Failure : ExitCode.Fine;
    }

    private static void Show(List<Diagnostic> diagnostics, List<SourceText> sources, int files, int rules, bool json)
    {
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            DiagnosticWriter.WriteJson(output, diagnostics);
            return;
        }

        var colours = TerminalColours.OnStandardError;
        DiagnosticWriter.WriteText(
            Console.Error, diagnostics,
            sources.DistinctBy(source => source.Path).ToDictionary(source => source.Path), colours, TerminalColours.ColumnsOnStandardError);
        var errors = diagnostics.Count(d => d.Severity == Severity.Error);
        var warnings = diagnostics.Count - errors;
        var found = errors == 0 ? "no errors" : Plural.Of(errors, "error");
        var warningText = warnings == 0 ? "" : $", {Plural.Of(warnings, "warning")}";
        Console.Error.WriteLine($"{Plural.Of(files, "file")}, {Plural.Of(rules, "rule")}: {found}{warningText}");
    }
}
