using System.Text.Json;
using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>
/// The packages that <c>make deb</c>, <c>make rpm</c> and <c>make tar</c> build. Their life on a host is
/// tested by <c>make test-hosts</c>.
/// </summary>
public sealed partial class PackageTests(PackageTests.Packages packages) : IClassFixture<PackageTests.Packages>
{
    private const string Service = "systemd/system/traceagent.service";

    private static readonly string[] Everything =
    [
        "etc/traceagent/agent.yaml",
        "etc/traceagent/rules.d/",
        Service,
        "usr/bin/traceagent",
        "usr/lib/sysusers.d/traceagent.conf",
        "usr/share/bash-completion/completions/traceagent",
        "usr/share/fish/vendor_completions.d/traceagent.fish",
        "usr/share/doc/traceagent/THIRD-PARTY-NOTICES",
        "usr/share/doc/traceagent/docs/recipes/nginx.md",
        "usr/share/doc/traceagent/docs/rules.md",
        "usr/share/doc/traceagent/examples/addnum/rules.yaml",
        "usr/share/doc/traceagent/examples/packets/rules.yaml",
        "usr/share/doc/traceagent/examples/packets/deny.txt",
        "usr/share/doc/traceagent/examples/pipelines/journald/to-journal.py",
        "usr/share/doc/traceagent/examples/pipelines/lnav/clef.json",
        "usr/share/doc/traceagent/examples/pipelines/otlp/receiver.js",
        "usr/share/doc/traceagent/examples/pipelines/rsyslog/traceagent.conf",
        "usr/share/doc/traceagent/examples/systemd/without-sys-admin.conf",
        "usr/share/doc/traceagent/examples/systemd/with-packet-rules.conf",
        "usr/share/doc/traceagent/schemas/rules.schema.json",
        "usr/share/man/man5/traceagent-rules.5",
        "usr/share/man/man8/traceagent.8",
    ];

    private static string Version { get; } = Command.OutputOf(Repository.Agent, "--version").Split('+')[0].Trim();

    [Fact]
    public void The_executable_has_no_more_than_20_megabytes() =>
        Assert.InRange(new FileInfo(Repository.Agent).Length, 1_000_000, 20_000_000);

    [Fact]
    public void Lintian_has_nothing_to_say()
    {
        var lintian = Command.Run("lintian", "--allow-root", "--fail-on", "error,warning", packages.Deb);

        Assert.True(lintian.ExitCode == 0 && lintian.Output == "", lintian.Output + lintian.Errors);
    }

    [Fact]
    public void The_deb_holds_everything_and_its_configuration_is_the_administrators()
    {
        Holds(Command.OutputOf("dpkg-deb", "--contents", packages.Deb));

        Assert.Equal("/etc/traceagent/agent.yaml\n", Command.OutputOf("dpkg-deb", "--info", packages.Deb, "conffiles"));
    }

    [Fact]
    public void The_deb_has_the_programs_version_and_asks_for_the_library_that_is_loaded_at_run_time()
    {
        var fields = Command.OutputOf("dpkg-deb", "--field", packages.Deb);

        Assert.Contains($"Version: {Version}-1\n", fields, StringComparison.Ordinal);
        Assert.Matches("Depends: .*libc6 .*libbpf1", fields);
    }

    [Fact]
    public void The_rpm_holds_everything_and_its_configuration_is_the_administrators()
    {
        Holds(Command.OutputOf("rpm", "--query", "--package", packages.Rpm, "--queryformat", "[%{FILEMODES:perms} %{FILENAMES}\n]")
            .Replace("rules.d\n", "rules.d/\n", StringComparison.Ordinal));

        Assert.Equal("/etc/traceagent/agent.yaml\n", Command.OutputOf("rpm", "--query", "--package", "--configfiles", packages.Rpm));
        Assert.Contains(
            "libbpf.so.1()(64bit)", Command.OutputOf("rpm", "--query", "--package", "--requires", packages.Rpm), StringComparison.Ordinal);
    }

    [Fact]
    public void Rpmlint_has_nothing_to_say()
    {
        var rpmlint = Command.Run("rpmlint", "--config", Path.Combine(Repository.Root, "packaging/rpmlint.toml"), packages.Rpm);

        Assert.True(rpmlint.ExitCode == 0
            && rpmlint.Output.Contains(" 0 errors, 0 warnings", StringComparison.Ordinal), rpmlint.Output + rpmlint.Errors);
    }

    [Fact]
    public void The_rpm_is_refused_without_its_library_installs_upgrades_and_leaves()
    {
        using var workspace = new Workspace();
        var next = Packages.Build("rpm", workspace, revision: 2);

        // On a copy of this host that is gone afterwards.
        var life = Command.OutputOf(
            Path.Combine(Repository.Root, "tests/ansible/scratch.sh"),
            Path.Combine(Repository.Root, "tests/hosts/rpm.sh"), packages.Rpm, next);

        var passed = life.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal));
        Assert.EndsWith($"\nthe end of {passed} checks\n", life, StringComparison.Ordinal);
    }

    [Fact]
    public void The_archive_installs_and_keeps_an_edited_configuration_and_removes_the_rest_again()
    {
        using var workspace = new Workspace();
        Command.OutputOf("tar", "--extract", "--file", packages.Tar, "--directory", workspace.Root);
        var install = Path.Combine(Directory.GetDirectories(workspace.Root, "traceagent-*").Single(), "install.sh");
        var host = workspace.Folder("host");

        Command.OutputOf(install, host);
        Holds(Command.OutputOf("find", host, "-type", "d", "-printf", "%p/\n", "-o", "-print"));
        File.WriteAllText(Path.Combine(host, "etc/traceagent/agent.yaml"), "rules: rules.d\n");
        Command.OutputOf(install, host);
        Command.OutputOf(install, "--remove", host);

        Assert.Equal("rules: rules.d\n", File.ReadAllText(Path.Combine(host, "etc/traceagent/agent.yaml")));
        Assert.Equal([Path.Combine(host, "etc/traceagent/agent.yaml")], Directory.GetFiles(host, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_second_build_gives_the_same_bytes()
    {
        using var workspace = new Workspace();

        Assert.Equal(File.ReadAllBytes(packages.Deb), File.ReadAllBytes(Packages.Build("deb", workspace)));
        Assert.Equal(File.ReadAllBytes(packages.Rpm), File.ReadAllBytes(Packages.Build("rpm", workspace)));
        Assert.Equal(File.ReadAllBytes(packages.Tar), File.ReadAllBytes(Packages.Build("tar", workspace)));
    }

    [Fact]
    public void The_packed_configuration_is_valid()
    {
        using var workspace = new Workspace();
        workspace.Folder("rules.d");
        var text = File.ReadAllText(packages.File("etc/traceagent/agent.yaml"));
        Assert.Contains("\nrules: /etc/traceagent/rules.d\n", text, StringComparison.Ordinal);
        var file = workspace.Write("agent.yaml", text.Replace("/etc/traceagent/rules.d", workspace["rules.d"], StringComparison.Ordinal));

        Assert.Equal(0, Command.Run(Repository.Agent, "check", "--config", file).ExitCode);
    }

    [Fact]
    public void The_manual_page_has_every_option_of_every_command_and_no_mistake()
    {
        var page = packages.File("usr/share/man/man8/traceagent.8.gz");
        var shown = Command.Run("man", "--warnings", "--encoding=UTF-8", "--local-file", page);
        Assert.Equal("", shown.Errors);
        var words = Option().Matches(shown.Output).Select(match => match.Value).ToHashSet();

        var commands = CommandLine().Matches(Command.OutputOf(Repository.Agent, "--help")).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains("run", commands);
        foreach (var command in commands)
        {
            Assert.Matches($@"\n +{command}\n", shown.Output);
            Assert.Subset(
                words, Option().Matches(Command.OutputOf(Repository.Agent, command, "--help")).Select(match => match.Value).ToHashSet());
        }
    }

    [Fact]
    public void The_manual_page_of_rules_has_every_key_and_no_mistake()
    {
        var shown = Command.Run(
            "man", "--warnings", "--encoding=UTF-8", "--local-file", packages.File("usr/share/man/man5/traceagent-rules.5.gz"));
        Assert.Equal("", shown.Errors);

        using var schema = JsonDocument.Parse(Command.OutputOf(Repository.Agent, "schema"));
        foreach (var kind in new[] { "rule", "packets" })
        {
            var keys = schema.RootElement.GetProperty("definitions").GetProperty(kind).GetProperty("properties").EnumerateObject();
            Assert.All(keys, key => Assert.Matches($@"\n( +|.*, ){key.Name}(,|\s)", shown.Output));
        }
    }

    [Fact]
    public void Rules_in_the_manual_page_are_valid()
    {
        var page = Command.OutputOf("man", "--encoding=UTF-8", "--local-file", packages.File("usr/share/man/man8/traceagent.8.gz"));
        var files = RuleFile().Matches(page);
        Assert.Equal(["packets", "rules"], files.Select(file => file.Groups[1].Value).Order());

        using var workspace = new Workspace();
        foreach (Match file in files)
        {
            Assert.Equal(0, Command.Run(Repository.Agent, "check", workspace.Write($"{file.Groups[1].Value}.yaml", file.Value)).ExitCode);
        }
    }

    [Fact]
    public void The_unit_is_understood_and_exposed_little()
    {
        using var workspace = new Workspace();
        var text = File.ReadAllText(packages.File($"lib/{Service}")).Replace(
            "/usr/bin/traceagent", Repository.Agent, StringComparison.Ordinal);
        var unit = workspace.Write("traceagent.service", text);

        var verified = Command.Run("systemd-analyze", "verify", "--man=no", unit);
        var exposure = Command.Run("systemd-analyze", "security", "--offline=true", "--threshold=30", "--no-pager", unit);

        // Unknown keys are a warning.
        Assert.Equal("", verified.Errors);
        Assert.True(exposure.ExitCode == 0, exposure.Output + exposure.Errors);
    }

    private static void Holds(string listing)
    {
        foreach (var path in Everything)
        {
            Assert.Matches($@"/{Regex.Escape(path)}(\.gz)?(\n|$)", listing);
        }

        // Where zsh looks differs.
        Assert.Matches(@"/zsh/(vendor-completions|site-functions)/_traceagent(\n|$)", listing);
    }

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex("^  ([a-z]+)  ", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^ +(rules|packets):\n(?: .+\n)+", RegexOptions.Multiline)]
    private static partial Regex RuleFile();

    /// <summary>Built once for all tests.</summary>
    public sealed class Packages : IDisposable
    {
        private readonly Workspace _workspace = new();

        public Packages()
        {
            Deb = Build("deb", _workspace);
            Rpm = Build("rpm", _workspace);
            Tar = Build("tar", _workspace);
            Command.OutputOf("dpkg-deb", "--extract", Deb, _workspace["root"]);
        }

        public string Deb { get; }

        public string Rpm { get; }

        public string Tar { get; }

        public void Dispose() => _workspace.Dispose();

        /// <summary>A file of the unpacked deb.</summary>
        internal string File(string path) => Path.Combine(_workspace["root"], path);

        internal static string Build(string kind, Workspace workspace, int revision = 1) =>
            Command.OutputOf("env", $"TRACEAGENT_BINARY={Repository.Agent}", $"REVISION={revision}", Path.Combine(
                Repository.Root, "packaging", $"{kind}.sh"), workspace["packages"]).Trim();
    }
}
