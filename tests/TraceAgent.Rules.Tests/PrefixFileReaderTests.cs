using System.Text;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

public class PrefixFileReaderTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(CaseFiles.PathOf("prefixes"), "*.txt")
            .Select(path => $"prefixes/{Path.GetFileName(path)}").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_of_addresses_is_read_or_explained(string name)
    {
        var file = PrefixFileReader.Read(Path.GetFileName(name), File.ReadAllBytes(CaseFiles.PathOf(name)), takesEverything: false);
        var text = new StringWriter();
        foreach (var diagnostic in file.Diagnostics)
        {
            DiagnosticWriter.WriteText(text, diagnostic, file.Source, colours: false);
        }

        text.Write(file.HasErrors ? "refused\n" : $"{file.Prefixes}\n");
        CaseFiles.Expect(name, text.ToString());
    }

    [Fact]
    public void Denying_everything_is_for_rules_that_say_unsafe()
    {
        Assert.True(Read("0.0.0.0/0\n::/0\n", takesEverything: false).HasErrors);
        Assert.Empty(Read("0.0.0.0/0\n::/0\n", takesEverything: true).Diagnostics);
    }

    [Fact]
    public void A_hundred_thousand_lines_are_read()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 100_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}\n");
        }

        var file = Read(text.ToString(), takesEverything: false);

        Assert.Empty(file.Diagnostics);
        Assert.Equal(100_000, file.Prefixes.Count);
    }

    [Fact]
    public void More_addresses_than_the_kernel_takes_are_an_error_at_the_first_that_is_too_many()
    {
        var text = string.Concat(
            Enumerable.Range(0, PrefixFileReader.MaxPrefixes + 2).Select(i => $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}\n"));

        var error = Assert.Single(Read(text, takesEverything: false).Diagnostics);

        Assert.Equal((DiagnosticCode.TooLarge, PrefixFileReader.MaxPrefixes + 1), (error.Code, error.At.Line));
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        var file = PrefixFileReader.Read("deny.txt", new byte[PrefixFileReader.MaxFileSize + 1], takesEverything: false);

        Assert.Equal(DiagnosticCode.TooLarge, Assert.Single(file.Diagnostics).Code);
    }

    [Fact]
    public void Of_a_file_that_is_no_text_only_the_first_errors_are_told()
    {
        var random = new byte[100_000];
        new Random(1).NextBytes(random);

        var file = PrefixFileReader.Read("deny.txt", random, takesEverything: false);

        Assert.InRange(file.Diagnostics.Count, 1, 101);
    }

    private static PrefixFile Read(string text, bool takesEverything) =>
        PrefixFileReader.Read("deny.txt", Encoding.UTF8.GetBytes(text), takesEverything);
}
