using System.CommandLine;
using System.Globalization;
using TraceAgent.Bpf;
using TraceAgent.Commands.Arguments;
using TraceAgent.Configuration;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.Trust;
using TraceAgent.Engine.Watching;
using TraceAgent.Events.Outputs;
using TraceAgent.Hosting;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Logging;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary><c>traceagent run</c>: the agent.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var config = new Option<string?>("--config")
        {
            Description = $"Agent configuration; {AgentConfigurationFile.DefaultPath} when that exists",
            HelpName = "FILE",
        };
        var rules = new Option<string[]>("--rules")
        {
            Description = "Rule file, or folder of *.yaml and *.yml, instead of the configuration's; may be given several times",
            HelpName = "PATH",
        };
        var output = new Option<string?>("--output")
        {
            Description = "File to append events to, or - for standard output, instead of the configuration's outputs",
            HelpName = "-|FILE",
        };
        var socket = new Option<string?>("--socket")
        {
            Description = "Unix socket that answers 'traceagent status', or none, instead of the configuration's",
            HelpName = "PATH|none",
        };
        var ring = new Option<int>("--ring-size")
        {
            Description = "Bytes of the ring buffer between kernel and agent: a power of two, at least a page",
            HelpName = "BYTES",
            DefaultValueFactory = _ => BpfSession.DefaultRingBytes,
            CustomParser = result =>
            {
                if (!int.TryParse(result.Tokens[^1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                    || bytes < Environment.SystemPageSize || bytes > 1 << 30 || (bytes & (bytes - 1)) != 0)
                {
                    result.AddError($"--ring-size takes a number of bytes, a power of two from {Environment.SystemPageSize} to " +
                        $"{1 << 30}, not {result.Tokens[^1].Value}");
                }

                return bytes;
            },
        };
        var flush = FlushOption.Create();
        rules.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } option)
            {
                result.AddError($"--rules needs a PATH, not {option.Value}");
            }
        });
        var command = new Command("run", "Attach the rules and write events until stopped. Follows every change of the rule files.")
            { config, rules, output, socket, ring, flush };
        command.SetAction((parsed, _) => RunAsync(new RunOptions(
            parsed.GetValue(config), parsed.GetValue(rules) ?? [], parsed.GetValue(output), parsed.GetValue(socket))
        {
            RingBytes = parsed.GetValue(ring),
            Flush = parsed.GetValue(flush),
        }));
        return command;
    }

    /// <summary>
    /// The crash guard of the state folder. systemd names the unit's StateDirectory in the environment, several with colons
    /// between (systemd.exec(5)).
    /// </summary>
    private static CrashGuard? CrashesOf(AgentConfiguration configuration)
    {
        var folder = configuration.State ?? Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0];
        return folder is null or AgentConfiguration.NoState or ""
            ? null
            : new CrashGuard(CrashStore.In(Path.GetFullPath(folder)), () => DateTime.UtcNow);
    }

    private static async Task<int> RunAsync(RunOptions options)
    {
        var (configPath, rulePaths, output, socket) = options;
        var ringBytes = options.RingBytes;
        CreationMask.Tighten();
        var trust = new PathTrust(TrustedUsers.OfThisProcess());
        var file = AgentConfigurationFile.Load(configPath, trust);
        if (file.Value is not { } configuration)
        {
            DiagnosticWriter.WriteText(
                Console.Error, file.Diagnostics, new Dictionary<string, SourceText> { [file.Source.Path] = file.Source }, colours: false);
            return ExitCode.InvalidConfiguration;
        }

        // Somebody who tries rules beside the service keeps to what it says of safety, and takes nothing that is the service's own.
        var isAdHoc = configPath is null && rulePaths.Length > 0 && file.Source.Text.Length > 0;
        configuration = isAdHoc ? configuration.WithoutServices : configuration;
        var fromConfiguration = rulePaths.Length == 0;
        rulePaths = fromConfiguration ? [configuration.Rules] : rulePaths;
        foreach (var path in rulePaths)
        {
            switch (FileStatus.Of(path)?.Kind)
            {
                case FileKind.Regular or FileKind.Folder:
                    break;
                case null when fromConfiguration:
                    return CommandError.Write(
                        ExitCode.InvalidConfiguration, $"rules: {path}: no such file or folder; create it, or give --rules PATH");
                case null:
                    return CommandError.Write(ExitCode.Usage, $"--rules {path}: no such file or folder");
                default:
                    return CommandError.Write(
                        fromConfiguration ? ExitCode.InvalidConfiguration : ExitCode.Usage,
                        $"{(fromConfiguration ? "rules:" : "--rules")} {path}: neither a regular file nor a folder; the agent reads it " +
                            $"again whenever it changes");
            }
        }

        if (output is "")
        {
            return CommandError.Write(ExitCode.Usage, "--output takes a FILE, or - for standard output, not an empty text");
        }

        if (socket is "")
        {
            return CommandError.Write(ExitCode.Usage, "--socket takes a PATH, or none, not an empty text");
        }

        if (socket is not null)
        {
            configuration = configuration with { Socket = socket == "none" ? null : Path.GetFullPath(socket) };
        }

        configuration = configuration with { Flush = options.Flush ?? configuration.Flush };
        IReadOnlyList<OutputConfiguration> destinations = output switch
        {
            null => configuration.Outputs,
            "-" => [new OutputConfiguration.Console(OutputFormat.Clef)],
            _ => [new OutputConfiguration.File(Path.GetFullPath(output), Roll: null, OutputFormat.Clef)],
        };
        var source = new RuleSource(rulePaths, defaults: configuration.Defaults, trust: trust);
        return await AgentHost.RunAsync(
            destinations, ringBytes, configuration.WaitForPages, new StandardErrorLoggerProvider(),
            (session, outputs) => new AgentParts(session, outputs, source, ringBytes, configuration)
            {
                File = file,
                Trust = trust,
                FollowsOutputs = output is null && !isAdHoc,
                IsAdHoc = isAdHoc,
                Crashes = CrashesOf(configuration),
            })
            .ConfigureAwait(false);
    }

    /// <summary>The options on the command line; null for what the configuration says.</summary>
    private sealed record RunOptions(string? Config, string[] Rules, string? Output, string? Socket)
    {
        public required int RingBytes { get; init; }

        public TimeSpan? Flush { get; init; }
    }
}
