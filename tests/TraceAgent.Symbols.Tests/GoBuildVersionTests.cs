using TraceAgent.Shared.Tests;
using TraceAgent.Symbols.Binaries;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public class GoBuildVersionTests(GoPrograms programs) : IClassFixture<GoPrograms>
{
    [Theory]
    [InlineData("go1.19.8", 19)]
    [InlineData("go1.22", 22)]
    [InlineData("go1.21rc2 X:rangefunc", 21)]
    [InlineData("devel go1.20-4a2f3b Tue", 20)]
    [InlineData("go1.", null)]
    [InlineData("go2.0", null)]
    [InlineData("go1.99999999999", null)]
    [InlineData("", null)]
    public void The_number_after_go1_is_what_counts(string version, int? minor) => Assert.Equal(minor, GoBuildVersion.MinorOf(version));

    [Fact]
    public void A_program_says_which_Go_made_it_stripped_or_not()
    {
        foreach (var program in (string[])[programs.Whole, programs.Stripped, programs.Independent, programs.IndependentStripped])
        {
            using var image = Open(program);
            Assert.Equal(GoBuildVersion.MinorOf(CompiledFolder.Run("go", "version")), image.GoMinor);
        }
    }

    [Fact]
    public void Without_the_linkers_word_the_table_of_functions_tells()
    {
        var damaged = programs.Whole + "-unsaid";
        var bytes = File.ReadAllBytes(programs.Whole);
        bytes.AsSpan(bytes.AsSpan().IndexOf(" Go buildinf:"u8), 4).Clear();
        File.WriteAllBytes(damaged, bytes);

        using var image = Open(damaged);

        Assert.Equal(18, image.GoMinor);
    }
}
