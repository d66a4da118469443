using System.CommandLine;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.Trust;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Arguments;

/// <summary>The rule files that a command is given.</summary>
internal static class RulePaths
{
    private const string StandardInput = "-";

    public static Argument<string[]> Argument(ArgumentArity arity)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Rule files, whatever their names, or folders of *.yaml and *.yml; - is standard input",
            Arity = arity,
        };
        paths.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.Length > 1 && token.Value[0] == '-'))
            {
                result.AddError($"there is no option {token.Value}");
            }
        });
        return paths;
    }

    /// <summary>The first path that does not exist; null when all do.</summary>
    public static string? FirstMissing(IEnumerable<string> paths) =>
        paths.FirstOrDefault(path => path != StandardInput && FileStatus.Of(path) is null);

    /// <summary>Reads the files, and lists the paths in which there are none.</summary>
    /// <param name="paths">The paths as given.</param>
    /// <param name="untrusted">
    /// The severity when others may write to a file: an error where the agent reads it, a warning where it is only checked.
    /// </param>
    public static (IReadOnlyList<RuleFile> Files, IReadOnlyList<string> WithoutFiles) Read(
        IReadOnlyCollection<string> paths, Severity untrusted = Severity.Warning)
    {
        var source = new RuleSource(
            [.. paths.Where(path => path != StandardInput)],
            takesPipes: true, trust: new PathTrust(TrustedUsers.OfThisProcess(), untrusted));
        var files = source.Read().ToList();
        if (paths.Contains(StandardInput))
        {
            files.Add(RuleFileLoader.LoadStandardInput());
        }

        return (files, source.WithoutFiles);
    }
}
