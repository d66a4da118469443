using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.Tests.Reconciling;

public sealed class SeccompReturnsTests
{
    /// <summary>Also while no process has a filter: the next one may.</summary>
    [Theory]
    [InlineData("call")]
    [InlineData("return")]
    public void Returns_are_refused_where_a_filter_would_end_the_process(string on)
    {
        var problem = new SeccompReturns(() => true).Refuse(Rule(on));

        Assert.Equal((SiteCodes.SeccompReturn, true), (problem!.Code, problem.Refused));
        Assert.StartsWith("returns in /bin/true cannot be followed: this kernel", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_are_never_refused_and_the_kernel_is_not_asked() =>
        Assert.Null(new SeccompReturns(() => throw new InvalidOperationException("asked")).Refuse(Rule("entry")));

    [Fact]
    public void A_kernel_that_lets_the_system_call_pass_refuses_nothing() =>
        Assert.Null(new SeccompReturns(() => false).Refuse(Rule("call")));

    private static Rule Rule(string on) => Given.Rule($"name: r, binary: /bin/true, symbol: main, on: {on}");
}
