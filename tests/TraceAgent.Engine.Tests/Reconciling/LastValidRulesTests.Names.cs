using TraceAgent.Rules;

namespace TraceAgent.Engine.Tests.Reconciling;

/// <summary>A name belongs to one file at a time.</summary>
public sealed partial class LastValidRulesTests
{
    [Fact]
    public void Of_two_files_with_one_name_the_later_rule_is_rejected_and_told_where_the_first_is()
    {
        var found = _accepted.Evaluate([File("a.yaml", "add"), File("b.yaml", "add", "sell")]);

        Assert.Equal(["add", "sell"], Active(found));
        var (diagnostic, source) = Assert.Single(found.News);
        Assert.Equal(("b.yaml", "b.yaml"), (diagnostic.At.File, source.Path));
        Assert.Contains("a.yaml:", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_active_is_not_taken_over_by_another_file()
    {
        _accepted.Evaluate([File("b.yaml", "add")]);

        var found = _accepted.Evaluate([File("a.yaml", "add"), _files["b.yaml"]]);

        Assert.Equal(["add"], Active(found));
        Assert.Equal("a.yaml", Assert.Single(found.Rejected).Path);
    }

    [Theory]
    [InlineData("a.yaml", "b.yaml")]
    [InlineData("b.yaml", "a.yaml")]
    public void A_rule_may_move_from_one_file_to_another_in_one_change(string from, string to)
    {
        _accepted.Evaluate(InOrder(File(from, "add", "buy"), File(to, "sell")));

        var found = _accepted.Evaluate(InOrder(File(from, "buy"), File(to, "sell", "add")));

        Assert.Empty(found.Rejected);
        Assert.Equal(["add", "buy", "sell"], Active(found).Order());
    }

    [Fact]
    public void Two_files_may_swap_their_rules_in_one_change()
    {
        _accepted.Evaluate([File("a.yaml", "add"), File("b.yaml", "sell")]);

        var found = _accepted.Evaluate([File("a.yaml", "sell"), File("b.yaml", "add")]);

        Assert.Empty(found.Rejected);
        Assert.Equal(["sell", "add"], Active(found));
    }

    [Fact]
    public void A_file_is_accepted_when_the_other_one_gives_up_its_name()
    {
        _accepted.Evaluate([File("a.yaml", "add"), File("b.yaml", "add", "sell")]);

        var found = _accepted.Evaluate([File("a.yaml", "buy"), _files["b.yaml"]]);

        Assert.Equal(["buy", "add", "sell"], Active(found));
    }

    [Fact]
    public void A_file_is_accepted_when_the_other_one_is_deleted()
    {
        _accepted.Evaluate([File("a.yaml", "add"), File("b.yaml", "add")]);

        Assert.Equal(["add"], Active(_accepted.Evaluate([_files["b.yaml"]])));
    }

    [Fact]
    public void A_name_is_active_once_whatever_fails()
    {
        _accepted.Evaluate([File("a.yaml", "add"), File("b.yaml", "sell")]);

        // b takes a's rule, but a cannot give it up: its new text is broken.
        var found = _accepted.Evaluate([Broken("a.yaml"), File("b.yaml", "add")]);

        Assert.Equal(["add", "sell"], Active(found));
        Assert.Equal(["a.yaml", "b.yaml"], found.Rejected.Select(file => file.Path));
    }
}
