using System.Text;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>
/// No bytes make the reader throw, and what it says of them points into the file: sizes and depths here,
/// random bytes in TraceAgent.Fuzz.
/// </summary>
public class HostileTextTests
{
    [Fact]
    public void Every_prefix_of_a_valid_file_is_read()
    {
        foreach (var name in new[] { "valid/everything.yaml", "valid/add-num.yaml", "valid/aliases.yaml" })
        {
            var bytes = File.ReadAllBytes(CaseFiles.PathOf(name));
            for (var length = 0; length < bytes.Length; length++)
            {
                Read(bytes.AsSpan(0, length));
            }
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[{a: ")]
    [InlineData("[\n")]
    public void Deep_nesting_is_refused_by_name(string opening)
    {
        var file = Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, 100_000))));
        Assert.Equal(DiagnosticCode.TooLarge, Assert.Single(file.Diagnostics).Code);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{k: ")]
    public void Nesting_that_aliases_make_is_refused_by_name(string opening)
    {
        var closing = opening == "[" ? "]" : "}";
        var text = new StringBuilder($"x-0: &a0 {opening}1{closing}\n");
        for (var i = 1; i < 100; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"x-{i}: &a{i} {opening}*a{i - 1} {closing}\n");
        }

        Assert.All(Read(Encoding.UTF8.GetBytes($"{text}rules: []\n")).Diagnostics, d => Assert.Equal(DiagnosticCode.TooLarge, d.Code));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1 MiB")]
    public void Aliases_that_stand_for_millions_of_values_or_of_characters_are_refused_by_name(string value)
    {
        var text = new StringBuilder($"x-0: &a0 {(value == "x" ? value : new string('y', 100_000))}\n");
        for (var i = 1; i < 20; i++)
        {
            var items = string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10));
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"x-{i}: &a{i} [{items}]\n");
        }

        var file = Read(Encoding.UTF8.GetBytes($"{text}rules: []\n"));

        Assert.NotEmpty(file.Diagnostics);
        Assert.All(file.Diagnostics, d => Assert.Equal(DiagnosticCode.TooLarge, d.Code));
    }

    [Fact]
    public void Nesting_within_the_limit_is_not_refused_for_its_depth()
    {
        var file = Read(Encoding.UTF8.GetBytes($"rules: {new string('[', 62)}{new string(']', 62)}"));
        Assert.DoesNotContain(file.Diagnostics, d => d.Code == DiagnosticCode.TooLarge);
    }

    [Fact]
    public void A_file_above_one_MiB_is_refused()
    {
        var allowed = Encoding.UTF8.GetBytes("rules: []\n#".PadRight(1 << 20, 'x'));
        Assert.Empty(Read(allowed).Diagnostics);
        Assert.Equal(DiagnosticCode.TooLarge, Assert.Single(Read([.. allowed, (byte)'x']).Diagnostics).Code);
    }

    [Theory]
    [InlineData("a: b\n")]
    [InlineData("- a\n")]
    [InlineData("rules:\n- x\n")]
    [InlineData("a: 'b\n")]
    [InlineData("\"a\": [b, c]\n")]
    [InlineData("a b c ")]
    [InlineData("'' ")]
    [InlineData("{}\n")]
    [InlineData("#\n")]
    [InlineData("&a ")]
    [InlineData("!<")]
    public void A_full_size_file_of_anything_is_read(string repeated) =>
        Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, (1 << 20) / repeated.Length))));

    private static RuleFile Read(byte[] bytes) => Read(bytes.AsSpan());

    private static RuleFile Read(ReadOnlySpan<byte> bytes)
    {
        var file = RuleFileReader.Read("x.yaml", "/srv", bytes);
        DiagnosticPlaces.AssertInside(file.Diagnostics, file.Source);
        return file;
    }
}
