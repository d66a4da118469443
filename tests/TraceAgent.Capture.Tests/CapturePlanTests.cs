using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Tests;

public sealed class CapturePlanTests
{
    private static readonly CaptureField First = new(new Expr.Register(5), new Storage.Scalar());
    private static readonly CaptureField Result = new(new Expr.Register(0), new Storage.Text(10));

    [Theory]
    [InlineData(ProbeTrigger.Entry, new[] { EventKind.Entry })]
    [InlineData(ProbeTrigger.Return, new[] { EventKind.Return })]
    [InlineData(ProbeTrigger.Both, new[] { EventKind.Entry, EventKind.Return })]
    [InlineData(ProbeTrigger.Call, new[] { EventKind.Call })]
    public void A_moment_makes_its_kinds_of_event(ProbeTrigger trigger, EventKind[] expected) =>
        Assert.Equal(expected, Plan(trigger).Kinds);

    [Fact]
    public void An_event_has_the_fields_of_its_moment_and_a_call_those_of_both()
    {
        Assert.Equal([First], Plan(ProbeTrigger.Both).FieldsOf(EventKind.Entry));
        Assert.Equal([Result], Plan(ProbeTrigger.Both).FieldsOf(EventKind.Return));
        Assert.Equal([First, Result], Plan(ProbeTrigger.Call).FieldsOf(EventKind.Call));
    }

    [Theory]
    [InlineData(EventKind.Entry)]
    [InlineData(EventKind.Return)]
    [InlineData(EventKind.Call)]
    public void The_layout_of_an_event_holds_exactly_its_fields(EventKind kind)
    {
        var plan = Plan(ProbeTrigger.Call);

        Assert.Equal(plan.FieldsOf(kind).Select(field => field.Storage), plan.LayoutOf(kind).Fields.Select(field => field.Storage));
    }

    [Fact]
    public void Plans_that_were_built_apart_are_equal_when_they_capture_the_same()
    {
        Assert.Equal(Plan(ProbeTrigger.Call), Plan(ProbeTrigger.Call));
        Assert.Equal(Plan(ProbeTrigger.Call).GetHashCode(), Plan(ProbeTrigger.Call).GetHashCode());
        Assert.NotEqual(Plan(ProbeTrigger.Call), Plan(ProbeTrigger.Both));
        Assert.NotEqual(
            Plan(ProbeTrigger.Call), Plan(ProbeTrigger.Call) with { EntryFields = [First with { Storage = new Storage.Text(10) }] });
        Assert.NotEqual(
            Plan(ProbeTrigger.Call), Plan(ProbeTrigger.Call) with { ReturnFields = [Result with { Storage = new Storage.Text(11) }] });
    }

    private static CapturePlan Plan(ProbeTrigger trigger) => new(Architecture.X64, trigger, [First], [Result]);
}
