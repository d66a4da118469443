using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>The shells themselves complete what is typed, by the files that packages install.</summary>
public sealed class CompletionTests : IDisposable
{
    /// <summary>What is typed before Tab, and the last word after it.</summary>
    private static readonly (string Typed, string Word)[] Lines =
    [
        ("traceagent ta", "tail"),
        ("traceagent run --ru", "--rules"),
        ("traceagent trace --on ca", "call"),
        ("traceagent trace --target us", "user="),
        ("traceagent trace --level Warn", "Warning"),
        ("traceagent symbols traceag", "traceagent"),
        ("traceagent symbols libgcc_s.so", "libgcc_s.so.1"),
        ("traceagent symbols PROGRAM Tic", "Tick"),
        ("traceagent trace PROGRAM:Tic", "PROGRAM:Tick"),
        ("traceagent trace PROGRAM Tic", "Tick"),
        ("traceagent lines PROGRAM Tic", "Tick"),
        ("traceagent check FOLDER/only-o", "FOLDER/only-one.yaml"),
        ("traceagent status --socket FOLDER/agent.sock --rule che", "checkout"),
        ("traceagent tail --socket FOLDER/agent.sock --rule che", "checkout"),
        ("traceagent tail --socket FOLDER/none.sock --rule che", "che"),
    ];

    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void The_shell_completes_commands_options_binaries_functions_and_rules(string shell)
    {
        _workspace.Write("only-one.yaml", "rules: []\n");
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("checkout", _program, "Tick"), RuleText.Rule("add", _program, "Tick")));
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, rules) { Socket = _workspace["agent.sock"] });
        using var terminal = Start(shell);

        var completed = Lines.Select((line, i) => Complete($"{i}", line)).ToList();

        Assert.Equal(Lines.Select(line => line.Typed[..(line.Typed.LastIndexOf(' ') + 1)] + line.Word), completed);
        agent.Stop();

        string Complete(string number, (string Typed, string Word) line)
        {
            var soon = TypeAndWait(number, line.Typed, TimeSpan.FromSeconds(1));
            return soon.EndsWith(line.Word, StringComparison.Ordinal)
                ? soon
                : TypeAndWait($"{number}-again", line.Typed, TimeSpan.FromSeconds(10));
        }

        // Nothing tells when a shell has completed nothing; on a machine that does much else it takes longer to complete something.
        string TypeAndWait(string number, string typed, TimeSpan patience)
        {
            terminal.Type(Real(typed) + "\t");
            Thread.Sleep(patience);

            // The line is printed, not run, by what is put around it: Ctrl-A goes to its begin and Ctrl-E to its end, as in Emacs.
            terminal.Type($"\u0001echo 'line-{number}[' \u0005 ' ]line'\n");
            return Shown($@"line-{number}\[ (.*?) +\]line\r").Groups[1].Value.Replace(_program, "PROGRAM", StringComparison.Ordinal)
                .Replace(_workspace.Root, "FOLDER", StringComparison.Ordinal);
        }
    }

    private string Real(string text) => text.Replace("PROGRAM", _program, StringComparison.Ordinal)
        .Replace("FOLDER", _workspace.Root, StringComparison.Ordinal);

    private TracedProgram Start(string shell)
    {
        var packaging = Path.Combine(Repository.Root, "packaging");
        _workspace.Folder("zsh");
        _workspace.Write("zsh/_traceagent", File.ReadAllText(Path.Combine(packaging, "completion.zsh")));
        var (start, prepare) = shell switch
        {
            "bash" => ("bash --norc --noprofile -i", $"source {packaging}/completion.bash"),
            "zsh" => ("zsh -f -i", $"fpath=({_workspace["zsh"]} $fpath); autoload -Uz compinit; compinit -u -D; bindkey -e"),
            _ => ("fish --no-config -i", $"source {packaging}/completion.fish"),
        };
        var terminal = TracedProgram.Start(
            "env", $"PATH={Path.GetDirectoryName(Repository.Agent)}:{Environment.GetEnvironmentVariable("PATH")}", "TERM=xterm",
            "HISTFILE=/dev/null", $"HOME={_workspace.Root}",
            "script", "-qfc", $"stty cols 1000 rows 30; {start}", _workspace["typescript"]);
        terminal.WriteLine(prepare);
        terminal.WriteLine("echo 'it is' ready");
        Shown("it is ready\r");
        return terminal;
    }

    private Match Shown(string pattern)
    {
        var match = Match.Empty;
        Eventually.True(
            () => File.Exists(_workspace["typescript"])
                && (match = Regex.Match(File.ReadAllText(_workspace["typescript"]), pattern)).Success,
            $"a line like {pattern}", () => File.ReadAllText(_workspace["typescript"]));
        return match;
    }
}
