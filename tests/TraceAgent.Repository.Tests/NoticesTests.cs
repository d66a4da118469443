using System.Text.Json;
using System.Text.RegularExpressions;

namespace TraceAgent.Repository.Tests;

/// <summary>THIRD-PARTY-NOTICES names all that the executable holds of others, each with a license whose text is there.</summary>
public partial class NoticesTests
{
    private static readonly string Rule = new('=', 100);
    private static readonly string Notices = Checkout.Read("THIRD-PARTY-NOTICES");

    [Fact]
    public void Every_package_that_the_executable_links_is_named_with_its_version()
    {
        var linked = Linked().ToList();

        Assert.Contains("Serilog 4.4.0", linked);
        Assert.All(linked, package => Assert.Contains($"\n{package}\n", Notices, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("libbpf headers")]
    [InlineData("Linux kernel headers")]
    [InlineData("BPF programs of TraceAgent itself")]
    public void What_comes_from_no_package_is_named(string what) => Assert.Contains($"\n{what}", Notices, StringComparison.Ordinal);

    [Fact]
    public void The_runtime_is_named_in_the_version_of_its_compiler()
    {
        var compiler = All().Single(package => package.Name == "Microsoft.DotNet.ILCompiler");

        Assert.Contains($"\n.NET runtime {compiler.Version} (NativeAOT)\n", Notices, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MIT", "The above copyright notice and this permission notice shall be included")]
    [InlineData("Apache-2.0", "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION")]
    [InlineData("BSD-3-Clause", "Neither the name of Google Inc.")]
    [InlineData("BSD-2-Clause (libbpf)", "Redistributions in binary form must reproduce the above copyright")]
    [InlineData("Linux-syscall-note", "This copyright does *not* cover user programs")]
    [InlineData("GPL-2.0", "GNU GENERAL PUBLIC LICENSE")]
    [InlineData("Of the .NET runtime's own third parties", "License notice for Brotli")]
    public void The_text_of_each_license_is_there(string license, string words)
    {
        var text = Section().Split(Notices).SkipWhile(part => part != license).ElementAtOrDefault(1);

        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_other_license_than_those_is_named() =>
        Assert.Equal(["Apache-2.0", "BSD-3-Clause", "GPL-2.0", "MIT"], License().Matches(Notices.Split(Rule)[0])
            .Select(match => match.Value.Trim()).Distinct().Order(StringComparer.Ordinal));

    /// <summary>What the restore of the executable resolved, but for projects and for what runs only during a build.</summary>
    private static IEnumerable<string> Linked() =>
        All().Where(package => !BuildTool().IsMatch(package.Name)).Select(package => $"{package.Name} {package.Version}");

    private static List<(string Name, string Version)> All()
    {
        using var file = JsonDocument.Parse(Checkout.Read("src/TraceAgent/packages.lock.json"));
        return file.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(target => target.Value.EnumerateObject())
            .Where(package => package.Value.GetProperty("type").GetString() != "Project")
            .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!))
            .Distinct().ToList();
    }

    [GeneratedRegex(@"^(runtime\..*\.)?Microsoft\.DotNet\.ILCompiler$|^Microsoft\.NET\.ILLink\.Tasks$|Analyzers$")]
    private static partial Regex BuildTool();

    [GeneratedRegex("={100}\n(.*)\n={100}\n")]
    private static partial Regex Section();

    /// <summary>A line of one word under the name of a package.</summary>
    [GeneratedRegex(@"(?<=\n)    [A-Z][\w.-]*(?=\n\n)")]
    private static partial Regex License();
}
