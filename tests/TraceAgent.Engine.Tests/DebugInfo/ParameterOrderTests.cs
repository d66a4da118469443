using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Engine.DebugInfo;

namespace TraceAgent.Engine.Tests.DebugInfo;

public class ParameterOrderTests
{
    private const int Rdi = 5;
    private const int Rsi = 4;
    private const int Rdx = 1;
    private const int Rax = 0;

    [Fact]
    public void What_the_code_shows_in_the_order_of_the_source_stays() =>
        Assert.Equal([Rdi, Rsi, Rdx], Places((Rdi, true), (Rsi, true), (Rdx, true)));

    [Fact]
    public void A_parameter_that_was_set_from_another_one_first_is_missing() =>
        Assert.Equal([null, Rsi], Places((Rsi, true), (Rsi, false)));

    [Fact]
    public void Two_that_were_exchanged_first_are_missing() =>
        Assert.Equal([null, null, Rdx], Places((Rsi, true), (Rdi, true), (Rdx, true)));

    [Fact]
    public void A_register_that_passes_nothing_shows_nothing() => Assert.Equal([null, Rsi], Places((Rax, true), (Rsi, true)));

    [Fact]
    public void What_debug_information_says_of_the_entry_is_not_doubted() =>
        Assert.Equal([Rdx, Rdi], Places((Rdx, false), (Rdi, false)));

    private static IEnumerable<int?> Places(params (int Register, bool IsFromCode)[] parameters)
    {
        var variables = parameters
            .Select(one => new SiteVariable("x", 0, new LocationPiece.Value(new Expr.Register(one.Register)))).ToList();
        return new ParameterOrder(Architecture.X64).Checked(variables, [.. parameters.Select(one => one.IsFromCode)])
            .Select(one => ((one.Place as LocationPiece.Value)?.Computed as Expr.Register)?.Number);
    }
}
