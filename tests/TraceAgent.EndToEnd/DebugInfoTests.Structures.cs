namespace TraceAgent.EndToEnd;

/// <summary>Structures as a whole are those that the program prints.</summary>
public sealed partial class DebugInfoTests
{
    [Theory]
    [MemberData(nameof(Options))]
    public void Whole_structures_have_the_values_that_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("structures", options.Split(' '));

        AssertLogged(program, $$"""
            rules:
              - name: ship
                binary: {{program}}
                symbol: ship
                args: auto
                capture: {copy: '*other', price: 'other->items[2].price', x: 'other->items[1].at.x'}
            """);
    }

    [Theory]
    [InlineData("", "{id=1000001, is_paid=false, low=1, high=5, level=-15, tag=gold, full=full, codes=[1, 2, 65535], real=1.25, " +
        "bytes=[0, 0], items=[{kind=PEN, price=1.5, name=green, at={x=-1, y=0}}, {kind=BOOK, price=1.5, name=blue, at={x=-1, y=1}}, " +
        "{kind=PEN, price=1.5, name=red, at={x=-1, y=2}}], nobody=<null>, next=0x")]
    [InlineData("depth: 1", "{id=1000001, is_paid=false, low=1, high=5, level=-15, tag=gold, full=full, codes=[1, 2, 65535], real=1.25, " +
        "bytes=[0, 0], nobody=<null>, next=0x")]
    [InlineData("max_bytes: 20", "{id=1000001, is_paid=false, low=1, high=5, level=-15, tag=gold, more=<partial>}")]
    public void A_whole_structure_in_a_message_is_readable_and_as_large_as_the_rule_says(string key, string text)
    {
        var program = TracedProgram.Compile("structures", "-O2", "-gdwarf-5");
        var rules = _workspace.Write("rules.yaml", $$"""
            rules:
              - name: ship
                binary: {{program}}
                symbol: ship
                args: auto
                {{key}}
                format: "ships {order}"
            """);
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);

        Command.OutputOf(program);
        agent.Stop();

        Assert.StartsWith($"ships {text}", agent.Events("ship")[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Casts_lead_to_types_of_the_program_and_declarations_to_definitions_in_other_files(string options)
    {
        var other = Path.Combine(AppContext.BaseDirectory, "Programs", "casts_hidden.c");
        var program = TracedProgram.Compile("casts", [.. options.Split(' '), other]);

        AssertLogged(program, $$"""
            rules:
              - name: take
                binary: {{program}}
                symbol: take
                args: auto
                capture:
                  id: ((struct node *)any)->next->id
                  name: ((node_t *)any)->name
                  again: ((node_t *)number)->id
                  word: (enum state)state
                  weight: hidden->inner.weight
            """);
    }

    [Fact]
    public void A_cast_to_a_type_that_the_program_does_not_have_is_said()
    {
        var program = TracedProgram.Compile("parameters", "-O2", "-gdwarf-5");
        var rules = RuleFor(program) + "    capture: {x: '((struct usr *)total)->id'}\n";

        var check = Command.Run(Repository.Agent, "resolve", _workspace.Write("rules.yaml", rules));

        Assert.Contains("the debug information has no type 'usr'", check.Errors + check.Output, StringComparison.Ordinal);
    }
}
