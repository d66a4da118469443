using System.CommandLine;
using System.Text;
using System.Text.Json;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Commands.Arguments;
using TraceAgent.Commands.Checks;
using TraceAgent.Commands.Resolutions;
using TraceAgent.Configuration;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Trust;
using TraceAgent.Hosting;
using TraceAgent.Linux;
using TraceAgent.Linux.Host;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary><c>traceagent resolve</c>: resolves rules on this machine. Needs no privileges.</summary>
internal static class ResolveCommand
{
    public static Command Create()
    {
        var paths = RulePaths.Argument(ArgumentArity.OneOrMore);
        var config = ConfigOption.Create("Agent configuration with the 'binaries' that may be probed, and folders of 'debug_info'");
        var json = new Option<bool>("--json") { Description = "One JSON object a line for each rule, for machines" };
        var command = new Command(
            "resolve", "Show how rules resolve on this machine: places, cost of a hit, where each value is, refusals. Exit code 1 " +
                "when something is wrong.")
        {
            paths, config, json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(paths)!, parsed.GetValue(config), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string[] paths, string? configPath, bool json)
    {
        if (RulePaths.FirstMissing(paths) is { } missing)
        {
            return CommandError.Write(ExitCode.Usage, $"{missing}: no such file or folder");
        }

        if (ConfigOption.Read(configPath, out var configuration) is { } failed)
        {
            return failed;
        }

        var (files, withoutFiles) = RulePaths.Read(paths);
        var set = RuleSetBuilder.Build(files);
        var sources = files.Select(file => file.Source).DistinctBy(source => source.Path).ToDictionary(source => source.Path);
        var isWrong = set.HasErrors;
        var words = new RuleResolution(TryMeasure());
        using (var stream = Console.OpenStandardOutput())
        using (var output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16))
        using (var resolver = ConfiguredResolver.Of(configuration))
        {
            var trust = new PathTrust(TrustedUsers.OfThisProcess(), Severity.Warning);
            var evaluator = new RuleFileEvaluator(resolver, new PrefixSource(trust));
            var resolved = files.Select(evaluator.Resolve).ToList();
            foreach (var resolution in resolved.SelectMany(file => file.Probes))
            {
                isWrong |= resolution.IsRefused;
                var rule = words.Of(resolution);
                output.Write(json ? JsonSerializer.Serialize(rule, ResolvedJson.Line.ResolvedRule) + "\n" : ResolvedRuleText.Of(rule));
            }

            var filters = resolved.SelectMany(file => file.Filters).ToList();
            var claims = InterfaceClaims.Fresh(filters, NetworkInterfaces.List());
            foreach (var resolution in filters)
            {
                var diagnostics = PacketCheck.Of(resolution, claims).ToList();
                isWrong |= diagnostics.Exists(d => d.Severity == Severity.Error);
                var filter = ResolvedFilter.Of(resolution.Desired, claims, diagnostics);
                output.Write(json ? JsonSerializer.Serialize(filter, ResolvedJson.Line.ResolvedFilter) + "\n" : filter.ToText());
            }
        }

        // Mistakes in the text of files, which belong to no rule.
        DiagnosticWriter.WriteText(Console.Error, set.Diagnostics.Values.SelectMany(
            list => list), sources, TerminalColours.OnStandardError, TerminalColours.ColumnsOnStandardError);
        foreach (var path in withoutFiles)
        {
            Console.Error.WriteLine($"traceagent: {PrintableText.Of(path)}: no rule files in it");
        }

        return isWrong ? ExitCode.Failure : ExitCode.Fine;
    }

    /// <summary>Measures the cost of a hit by probing code of our own, which takes privileges; null without them.</summary>
    private static HitCost? TryMeasure()
    {
        try
        {
            using var session = BpfSession.Open(Environment.SystemPageSize);
            return HitCost.Measure(session.AttachMethod);
        }
        catch (KernelException)
        {
            return null;
        }
    }
}
