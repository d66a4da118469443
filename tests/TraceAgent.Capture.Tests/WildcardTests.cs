namespace TraceAgent.Capture.Tests;

public class WildcardTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("?", "", false)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abcd", false)]
    [InlineData("*ab*ab", "abaab", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData(@"a\*", @"a\bc", true)]
    [InlineData("A*", "abc", false)]
    [InlineData("<*>", "<\">", true)]
    public void A_star_stands_for_any_characters_and_a_question_mark_for_one(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Wildcard.Matches(pattern, text));

    [Fact]
    public void Case_can_be_ignored() => Assert.True(Wildcard.Matches("PASS*", "password", ignoreCase: true));
}
