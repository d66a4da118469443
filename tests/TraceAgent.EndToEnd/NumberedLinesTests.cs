namespace TraceAgent.EndToEnd;

/// <summary>The judge of the reload tests is judged itself: it must see what it is there to see.</summary>
public sealed class NumberedLinesTests
{
    [Fact]
    public void Numbers_in_a_row_are_fine() => Assert.Empty(Judge(Line(7), Line(8), Line(9)).Faults);

    [Fact]
    public void Other_rules_and_statements_do_not_count() => Assert.Equal(2, Judge(
        Line(7), Line(3).Replace("tick", "tock", StringComparison.Ordinal), Line(8),
        Line(99).Replace("entry", "agent", StringComparison.Ordinal)).Count);

    [Fact]
    public void A_missing_number_is_a_fault() => Assert.Single(Judge(Line(7), Line(9), Line(10)).Faults);

    [Fact]
    public void A_doubled_number_is_a_fault() => Assert.Single(Judge(Line(7), Line(7), Line(8)).Faults);

    [Fact]
    public void A_torn_line_is_a_fault() => Assert.NotEmpty(Judge(Line(7), Line(8)[..^5]).Faults);

    [Fact]
    public void A_wrong_argument_is_a_fault() =>
        Assert.Single(Judge(Line(7).Replace(":14", ":15", StringComparison.Ordinal)).Faults);

    private static string Line(long number) =>
        $$$"""{"@m":"x","rule":"tick","event":"entry","args":{"arg1":{{{number}}},"arg2":{{{2 * number}}}}}""";

    private static NumberedLines Judge(params string[] lines)
    {
        var judge = new NumberedLines("tick");
        foreach (var line in lines)
        {
            judge.Take(line);
        }

        return judge;
    }
}
