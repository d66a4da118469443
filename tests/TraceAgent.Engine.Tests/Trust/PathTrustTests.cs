using System.Diagnostics;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.Trust;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Tests.Trust;

/// <summary>Needs root: files are given to other users.</summary>
public sealed class PathTrustTests : IDisposable
{
    private const string Good = "rules: []\n";
    private readonly TemporaryFolder _folder = new();
    private readonly PathTrust _trust = new(new TrustedUsers());

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("640")]
    [InlineData("644")]
    [InlineData("600")]
    [InlineData("664")] // Root's own group.
    public void A_file_that_only_root_may_write_to_is_obeyed(string mode) => Assert.Null(JudgmentOf(File("a.yaml", $"chmod {mode}")));

    [Theory]
    [InlineData("chmod 646", "everybody may write to {0}", "chmod go-w {0}")]
    [InlineData("chmod 666", "everybody may write to {0}", "chmod go-w {0}")]
    [InlineData("chgrp games {0} && chmod 664", "the group games may write to {0}", "chmod go-w {0}")]
    [InlineData("chgrp 54321 {0} && chmod 660", "the group 54321 may write to {0}", "chmod go-w {0}")]
    [InlineData("chown games", "{0} belongs to games", "chown root {0}")]
    [InlineData("chown 54321", "{0} belongs to 54321", "chown root {0}")]
    public void A_file_that_others_may_write_to_is_refused_with_the_remedy(string change, string reason, string remedy)
    {
        var file = File("a.yaml", change);

        Assert.Equal((Fill(reason, file), Fill(remedy, file)), JudgmentOf(file));
        Run(remedy, file);
        Assert.Null(JudgmentOf(file));
    }

    [Theory]
    [InlineData("chmod 777", "everybody may write to {0}")]
    [InlineData("chgrp games {0} && chmod 775", "the group games may write to {0}")]
    [InlineData("chown games", "{0} belongs to games")]
    public void A_folder_on_the_way_counts_like_the_file(string change, string reason)
    {
        var outer = _folder.Folder("outer");
        _folder.Folder("outer/rules.d");
        var file = File("outer/rules.d/a.yaml", "chmod 644");

        Run(change, outer);

        Assert.Equal(Fill(reason, outer), JudgmentOf(file)?.Reason);
    }

    [Fact]
    public void In_a_sticky_folder_roots_files_are_obeyed_and_others_files_and_links_are_not()
    {
        var shared = _folder.Folder("shared");
        Run("chmod 1777", shared);
        var ours = File("shared/a.yaml", "chmod 644");
        var theirs = File("shared/b.yaml", "chown games");
        System.IO.File.CreateSymbolicLink(_folder["shared/c.yaml"], ours);
        Run("chown -h games", _folder["shared/c.yaml"]);

        Assert.Null(JudgmentOf(ours));
        Assert.Equal($"{theirs} belongs to games", JudgmentOf(theirs)?.Reason);
        Assert.Equal(($"{_folder["shared/c.yaml"]} belongs to games", $"chown -h root {_folder["shared/c.yaml"]}"), JudgmentOf(
            _folder["shared/c.yaml"]));
    }

    [Fact]
    public void Behind_links_the_real_folders_count()
    {
        _folder.Folder("open");
        _folder.Folder("open/deep");
        _folder.Folder("closed");
        var file = File("open/deep/a.yaml", "chmod 644");
        System.IO.File.CreateSymbolicLink(_folder["closed/link"], "../open/deep");
        System.IO.File.CreateSymbolicLink(_folder["closed/a.yaml"], "link/../deep/a.yaml");
        Assert.Null(JudgmentOf(_folder["closed/a.yaml"]));

        Run("chmod 777", _folder["open"]);

        Assert.Equal($"everybody may write to {_folder["open"]}", JudgmentOf(_folder["closed/a.yaml"])?.Reason);
        Assert.NotNull(JudgmentOf(file));
    }

    [Fact]
    public void A_list_of_access_that_lets_others_write_is_found_after_the_groups_bits()
    {
        var file = File("a.yaml", "chmod 640 {0} && setfacl -m u:games:rw");

        Assert.Equal(($"an access control list lets others write to {file}", $"setfacl -b {file}"), JudgmentOf(file));
        Run("setfacl -m u:games:r", file);
        Assert.Null(JudgmentOf(file));
    }

    [Fact]
    public void Trusted_users_may_own_files_and_be_alone_in_a_group_that_writes()
    {
        var games = uint.Parse(Run("id -u games #", ""), System.Globalization.CultureInfo.InvariantCulture);
        var file = File("a.yaml", "chown games:games {0} && chmod 664");

        Assert.NotNull(JudgmentOf(file));
        Assert.Null(JudgmentOf(file, new TrustedUsers(games)));
    }

    [Fact]
    public void A_remedy_can_be_pasted_whatever_the_name()
    {
        var file = File("it's a rule.yaml", "chmod 666");

        Run(JudgmentOf(file)!.Value.Remedy + " #", "");

        Assert.Null(JudgmentOf(file));
    }

    [Fact]
    public void What_comes_by_a_pipe_is_obeyed()
    {
        var pipe = _folder["pipe"];
        Run("mkfifo {0} && chmod 666", pipe);
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);

        Assert.Null(_trust.Check(pipe, writer.SafeFileHandle));
    }

    [Fact]
    public void A_rule_file_says_it_at_its_first_place_and_is_read_all_the_same()
    {
        var file = File("a.yaml", "chmod 666");

        var read = Assert.Single(new RuleSource([_folder.Root], trust: _trust).Read());

        var diagnostic = Assert.Single(read.Diagnostics);
        Assert.Equal(new SourceSpan(file, 1, 1, 1), diagnostic.At);
        Assert.Equal("TA293", diagnostic.Code);
        Assert.True(read.HasErrors);
        Assert.False(
            Assert.Single(new RuleSource([file], trust: new PathTrust(new TrustedUsers(), Severity.Warning)).Read()).HasErrors);
    }

    [Fact]
    public void Permissions_that_change_while_the_file_does_not_are_noticed()
    {
        var file = File("a.yaml", "touch -d 2020-01-01");
        var source = new RuleSource([file], trust: _trust);
        var before = source.Read()[0];
        Assert.Same(before, source.Read()[0]);

        Run("chmod 666", file);
        Assert.True(source.Read()[0].HasErrors);

        Run("chmod 644", file);
        Assert.False(source.Read()[0].HasErrors);

        Run("chmod 777", _folder.Root);
        Assert.True(source.Read()[0].HasErrors);
    }

    private (string Reason, string Remedy)? JudgmentOf(string path, TrustedUsers? users = null)
    {
        var trust = users is null ? _trust : new PathTrust(users);
        using var opened = System.IO.File.OpenHandle(path);
        var judged = trust.Check(path, opened);
        Assert.Equal(judged, trust.Check(path));
        return judged is null ? null : (judged.Message["ignored: ".Length..], judged.Hint!);
    }

    private string File(string name, string change)
    {
        var path = _folder.Write(name, Good);
        Run("chmod 644", path);
        Run(change, path);
        return path;
    }

    private static string Fill(string text, string path) => text.Replace("{0}", path, StringComparison.Ordinal);

    /// <param name="command">For a shell; the path goes where it says, or else after it.</param>
    /// <param name="path">A file.</param>
    private static string Run(string command, string path)
    {
        var quoted = command.EndsWith("{0}", StringComparison.Ordinal) ? "" : $" '{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"{Fill(command, path)}{quoted}"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = shell.StandardOutput.ReadToEnd().Trim();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"{command} {path}");
        return output;
    }
}
