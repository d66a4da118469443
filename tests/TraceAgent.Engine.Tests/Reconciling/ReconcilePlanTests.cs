using CsCheck;
using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.Resolving;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Tests.Reconciling;

public sealed class ReconcilePlanTests
{
    private const string Add = "name: add, binary: bin/shop, symbol: AddNum";

    private static readonly CSiteAbi Arm64 = new(Architecture.Arm64);

    /// <summary>Another place for arguments on the same processor.</summary>
    private static readonly Operands Shifted = new(4);

    private static readonly Gen<RuleProbe> AnyDesired =
        Gen.Select(
            Gen.OneOf("add", "buy", "sell"),
            Gen.OneOf("bin/shop", "bin/store"),
            Gen.OneOf("AddNum", "AddNum+4"),
            Gen.OneOf("entry", "return", "both", "call"),
            Gen.OneOf("", ", args: 2", ", ret: string", ", args: 2, level: error", ", labels: {team: a}"),
            Gen.UInt[0, 3]).Select((name, binary, symbol, on, more, inode) =>
            {
                var keys = on switch
                {
                    "entry" => more.Replace("ret: string", "level: debug", StringComparison.Ordinal),
                    "return" => more.Replace("args: 2, ", "", StringComparison.Ordinal).Replace(
                        "args: 2", "level: debug", StringComparison.Ordinal),
                    _ => more,
                };
                var rule = Given.Rule($"name: {name}, binary: {binary}, symbol: {symbol}, on: {on}{keys}");
                return inode == 0 ? new RuleProbe(rule, null) : Given.Desired(rule, inode, symbol == "AddNum" ? 0x1100u : 0x1104u);
            });

    [Fact]
    public void A_new_rule_is_attached()
    {
        var rule = Given.Rule(Add);

        Assert.Equal([new ReconcileStep.Attach(rule, Given.Probe(rule))], Steps([], Given.Desired(rule)));
    }

    [Fact]
    public void A_new_rule_whose_binary_is_missing_waits() => Assert.Empty(Steps([], new RuleProbe(Given.Rule(Add), null)));

    [Fact]
    public void A_rule_that_is_gone_is_detached() => Assert.Equal([new ReconcileStep.Detach("add")], Steps(Held(Given.Rule(Add))));

    [Fact]
    public void The_same_again_gives_nothing_to_do() => Assert.Empty(Steps(Held(Given.Rule(Add)), Given.Desired(Given.Rule(Add))));

    [Theory]
    [InlineData("format: 'sum {pid}'")]
    [InlineData("level: warning")]
    [InlineData("labels: {team: payments}")]
    public void Editing_only_the_message_reshapes_and_never_detaches(string edit)
    {
        var edited = Given.Rule($"{Add}, {edit}");

        Assert.Equal([new ReconcileStep.Reshape(edited)], Steps(Held(Given.Rule(Add)), Given.Desired(edited)));
    }

    [Fact]
    public void Moving_a_rule_in_its_file_changes_nothing()
    {
        var moved = Given.File("rules.yaml", $"# a comment\nrules:\n\n\n  - {{{Add}}}\n").Rules[0];
        Assert.NotEqual(Given.Rule(Add).Name.At, moved.Name.At);

        Assert.Empty(Steps(Held(Given.Rule(Add)), Given.Desired(moved)));
    }

    [Theory]
    [InlineData("args: 2")]
    [InlineData("on: return")]
    [InlineData("on: call, ret: string")]
    public void Changed_captures_replace(string edit)
    {
        var edited = Given.Rule($"{Add}, {edit}");

        Assert.Equal([new ReconcileStep.Replace(edited, Given.Probe(edited))], Steps(Held(Given.Rule(Add)), Given.Desired(edited)));
    }

    [Fact]
    public void Another_place_in_the_same_file_replaces()
    {
        var edited = Given.Rule("name: add, binary: bin/shop, symbol: AddNum+4");
        var desired = Given.Desired(edited, site: 0x1104);

        Assert.Equal([new ReconcileStep.Replace(edited, desired.Probe!)], Steps(Held(Given.Rule(Add)), desired));
    }

    [Fact]
    public void Another_name_for_the_same_place_reshapes()
    {
        var edited = Given.Rule("name: add, binary: bin/shop, offset: 0x1100");

        Assert.Equal([new ReconcileStep.Reshape(edited)], Steps(Held(Given.Rule(Add)), Given.Desired(edited)));
    }

    [Fact]
    public void Another_binary_replaces_even_when_it_is_the_same_file()
    {
        var edited = Given.Rule("name: add, binary: bin/link-to-shop, symbol: AddNum");

        Assert.Equal([new ReconcileStep.Replace(edited, Given.Probe(edited))], Steps(Held(Given.Rule(Add)), Given.Desired(edited)));
    }

    [Fact]
    public void A_new_file_at_the_same_path_extends()
    {
        var rule = Given.Rule(Add);
        var desired = Given.Desired(rule, inode: 2, site: 0x1200);

        Assert.Equal([new ReconcileStep.Extend(rule, desired.Probe!)], Steps(Held(rule), desired));
    }

    [Fact]
    public void A_new_file_and_another_place_in_it_replace()
    {
        var edited = Given.Rule("name: add, binary: bin/shop, symbol: AddNum+4");
        var desired = Given.Desired(edited, inode: 2, site: 0x1204);

        Assert.Equal([new ReconcileStep.Replace(edited, desired.Probe!)], Steps(Held(Given.Rule(Add)), desired));
    }

    [Fact]
    public void A_file_that_was_overwritten_is_attached_again()
    {
        var rule = Given.Rule(Add);
        var held = new Dictionary<string, RuleProbe> { ["add"] = new(rule, new Probe([Given.Part(rule, CSiteAbi.X64)])) };

        Assert.Equal([new ReconcileStep.Extend(rule, Given.Probe(rule))], Steps(held, Given.Desired(rule)));
    }

    [Fact]
    public void Only_the_files_that_are_not_held_are_added()
    {
        var rule = Given.Rule(Add);
        var desired = new RuleProbe(rule, new Probe([Given.Part(rule, CSiteAbi.X64, Given.File(1, 0x1100), Given.File(2, 0x1200))]));

        Assert.Equal([new ReconcileStep.Extend(rule, Given.Probe(rule, inode: 2, site: 0x1200))], Steps(Held(rule), desired));
    }

    [Fact]
    public void A_file_whose_values_are_elsewhere_is_added_beside_the_others()
    {
        var rule = Given.Rule($"{Add}, args: 1");
        var other = Given.Part(rule, Arm64, Given.File(2, 0x1200));
        var desired = new RuleProbe(rule, new Probe([Given.Part(rule, CSiteAbi.X64, Given.File(1, 0x1100)), other]));

        Assert.Equal([new ReconcileStep.Extend(rule, new Probe([other]))], Steps(Held(rule), desired));
    }

    [Fact]
    public void Values_that_are_found_elsewhere_in_the_same_file_replace()
    {
        var rule = Given.Rule($"{Add}, args: 1");
        var desired = new RuleProbe(rule, Given.Probe(rule, abi: Arm64));

        Assert.Equal([new ReconcileStep.Replace(rule, desired.Probe!)], Steps(Held(rule), desired));
    }

    [Fact]
    public void A_file_that_the_rule_does_not_lead_to_any_more_stays_for_its_processes()
    {
        var rule = Given.Rule(Add);
        var held = new Dictionary<string, RuleProbe>
        {
            ["add"] = new(rule, new Probe([Given.Part(rule, CSiteAbi.X64, Given.File(1, 0x1100), Given.File(2, 0x1200))])),
        };

        Assert.Empty(Steps(held, Given.Desired(rule)));
    }

    [Fact]
    public void Sites_of_one_file_that_need_different_programs_are_one_probe()
    {
        var rule = Given.Rule($"{Add}, args: 1");
        var desired = new RuleProbe(
            rule, new Probe([Given.Part(rule, CSiteAbi.X64, Given.File(1, 0x1100)), Given.Part(rule, Arm64, Given.File(1, 0x1300))]));
        var held = new Dictionary<string, RuleProbe> { ["add"] = new(rule, desired.Probe) };

        Assert.Empty(Steps(held, desired));
    }

    [Fact]
    public void Sites_that_come_to_share_a_plan_are_replaced_together_and_keep_their_own_places_of_values()
    {
        var before = Given.Rule($"{Add}, args: 1");
        var after = Given.Rule(Add);
        var held = new Dictionary<string, RuleProbe>
        {
            ["add"] = new(before, new Probe(
                [Given.Part(before, CSiteAbi.X64, Given.File(1, 0x1100)), Given.Part(before, Shifted, Given.File(1, 0x1300))])),
        };
        var desired = Probe.Of(
            [Given.Part(after, CSiteAbi.X64, Given.File(1, 0x1100)), Given.Part(after, Shifted, Given.File(1, 0x1300))])!;

        Assert.Equal([CSiteAbi.X64, Shifted], desired.Parts.Select(part => part.Abi));
        Assert.Equal([new ReconcileStep.Replace(after, desired)], Steps(held, new RuleProbe(after, desired)));
    }

    [Fact]
    public void A_binary_that_goes_missing_keeps_the_probe_for_the_processes_that_still_run_it() =>
        Assert.Empty(Steps(Held(Given.Rule(Add)), new RuleProbe(Given.Rule(Add), null)));

    [Fact]
    public void The_message_can_be_edited_while_the_binary_is_missing()
    {
        var edited = Given.Rule($"{Add}, level: error");

        Assert.Equal([new ReconcileStep.Reshape(edited)], Steps(Held(Given.Rule(Add)), new RuleProbe(edited, null)));
    }

    [Theory]
    [InlineData("name: add, binary: bin/none, symbol: AddNum")]
    [InlineData("name: add, binary: bin/shop, symbol: SubNum")]
    [InlineData("name: add, binary: bin/shop, symbol: AddNum, on: return")]
    [InlineData("name: add, binary: bin/shop, symbol: AddNum, args: 2")]
    public void A_rule_that_asks_for_something_else_that_is_missing_ends_the_old_probe(string edited) =>
        Assert.Equal([new ReconcileStep.Detach("add")], Steps(Held(Given.Rule(Add)), new RuleProbe(Given.Rule(edited), null)));

    [Fact]
    public void Rules_that_go_are_detached_before_others_come()
    {
        var buy = Given.Rule("name: buy, binary: bin/shop, symbol: Buy");

        Assert.Equal(
            [new ReconcileStep.Detach("add"), new ReconcileStep.Attach(buy, Given.Probe(buy))],
            Steps(Held(Given.Rule(Add)), Given.Desired(buy)));
    }

    [Fact]
    public void After_any_sequence_of_changes_what_was_done_leaves_nothing_to_do()
    {
        AnyDesired.Array[0, 4].Array[1, 6].Sample(
            looks =>
            {
                var held = new Dictionary<string, RuleProbe>();
                foreach (var look in looks)
                {
                    var desired = look.DistinctBy(one => one.Rule.Name.Value).ToArray();
                    foreach (var step in ReconcilePlan.Between(held, desired))
                    {
                        Given.Apply(step, held);
                    }

                    Assert.Empty(ReconcilePlan.Between(held, desired));
                    AssertFollows(held, desired);
                }
            },
            iter: 1_000);
    }

    /// <summary>Nothing is held that no rule asks for, and what is there is captured as asked.</summary>
    private static void AssertFollows(Dictionary<string, RuleProbe> held, RuleProbe[] desired)
    {
        Assert.Subset(desired.Select(one => one.Rule.Name.Value).ToHashSet(), held.Keys.ToHashSet());
        foreach (var (rule, probe) in desired)
        {
            var own = held.GetValueOrDefault(rule.Name.Value);
            if (probe is not null)
            {
                Assert.NotNull(own);
                Assert.All(probe.Parts, part => Assert.Subset(
                    own.Parts.Single(one => one.Plan == part.Plan).Files.ToHashSet(), part.Files.ToHashSet()));
            }

            if (own is not null)
            {
                Assert.Equal(rule, own.Rule);
                Assert.Equal(rule.Binary, own.Rule.Binary);
            }
        }
    }

    private static Dictionary<string, RuleProbe> Held(Rule rule) =>
        new() { [rule.Name.Value] = new RuleProbe(rule, Given.Probe(rule)) };

    private sealed record Operands(int Number) : CallAbi(Architecture.X64)
    {
        public override Expr? Result(int index) => null;

        public override Expr? Argument(int index) => index == 0 ? new Expr.Register(Number) : null;
    }

    private static EquatableArray<ReconcileStep> Steps(Dictionary<string, RuleProbe> held, params RuleProbe[] desired) =>
        ReconcilePlan.Between(held, desired);
}
