namespace TraceAgent.Capture.Tests;

public sealed class CapturePlanTests
{
    private static readonly CaptureField First = new(new Expr.Register(5), new Storage.Scalar());
    private static readonly CaptureField Result = new(new Expr.Register(0), new Storage.Text(10));

    [Theory]
    [InlineData(ProbeMoment.Entry, new[] { EventKind.Entry })]
    [InlineData(ProbeMoment.Return, new[] { EventKind.Return })]
    [InlineData(ProbeMoment.Both, new[] { EventKind.Entry, EventKind.Return })]
    [InlineData(ProbeMoment.Call, new[] { EventKind.Call })]
    public void A_moment_makes_its_kinds_of_event(ProbeMoment moment, EventKind[] expected) => Assert.Equal(expected, Plan(moment).Kinds);

    [Fact]
    public void An_event_has_the_fields_of_its_moment_and_a_call_those_of_both()
    {
        Assert.Equal([First], Plan(ProbeMoment.Both).FieldsOf(EventKind.Entry));
        Assert.Equal([Result], Plan(ProbeMoment.Both).FieldsOf(EventKind.Return));
        Assert.Equal([First, Result], Plan(ProbeMoment.Call).FieldsOf(EventKind.Call));
    }

    [Theory]
    [InlineData(EventKind.Entry)]
    [InlineData(EventKind.Return)]
    [InlineData(EventKind.Call)]
    public void The_layout_of_an_event_holds_exactly_its_fields(EventKind kind)
    {
        var plan = Plan(ProbeMoment.Call);

        Assert.Equal(plan.FieldsOf(kind).Select(field => field.Storage), plan.LayoutOf(kind).Fields.Select(field => field.Storage));
    }

    [Fact]
    public void Plans_that_were_built_apart_are_equal_when_they_capture_the_same()
    {
        Assert.Equal(Plan(ProbeMoment.Call), Plan(ProbeMoment.Call));
        Assert.Equal(Plan(ProbeMoment.Call).GetHashCode(), Plan(ProbeMoment.Call).GetHashCode());
        Assert.NotEqual(Plan(ProbeMoment.Call), Plan(ProbeMoment.Both));
        Assert.NotEqual(Plan(ProbeMoment.Call), Plan(ProbeMoment.Call) with { EntryFields = [First with { Storage = new Storage.Text(10) }] });
        Assert.NotEqual(Plan(ProbeMoment.Call), Plan(ProbeMoment.Call) with { ReturnFields = [Result with { Storage = new Storage.Text(11) }] });
    }

    private static CapturePlan Plan(ProbeMoment moment) => new(Architecture.X64, moment, [First], [Result]);
}
