using CsCheck;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

public class SuggestionTests
{
    private static readonly string[] Known = ["symbol", "binary", "name", "args", "on", "Information", "AddNum"];

    [Theory]
    [InlineData("symbl", "symbol")]
    [InlineData("sybmol", "symbol")]
    [InlineData("Symbol", "symbol")]
    [InlineData("symbols", "symbol")]
    [InlineData("nmae", "name")]
    [InlineData("info", "Information")]
    [InlineData("AdNum", "AddNum")]
    [InlineData("frobnicate", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_suggested_and_none_when_all_are_far(string wrong, string? nearest) =>
        Assert.Equal(nearest, Suggestion.Nearest(wrong, Known));

    [Fact]
    public void Several_words_come_nearest_first() =>
        Assert.Equal(["read", "pread", "reads"], Suggestion.Nearest("read", ["write", "pread", "reads", "read", "xreadx"], 3));

    [Fact]
    public void Words_of_any_length_are_compared() =>
        Gen.Select(Gen.String[0, 200], Gen.String[0, 200]).Sample(
            (wrong, known) => { _ = Suggestion.Nearest(wrong, [known, wrong]); }, iter: 2_000);

    [Fact]
    public void One_edit_of_a_long_word_is_always_found() =>
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 4, 60], Gen.Int[0, 59]).Sample((word, at) =>
            Suggestion.Nearest(word.Remove(at % word.Length, 1), [word]) == word);
}
