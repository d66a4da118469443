using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Captures;

namespace TraceAgent.Rules.Tests;

/// <summary>Structures are shown by their members.</summary>
public partial class DebugScopeTests
{
    [Fact]
    public void A_structure_that_comes_back_is_shown_by_its_members_as_they_are_at_the_return()
    {
        var bound = BoundRule.Of(
            Rule("on: call, when: ret.id > 3, format: '{ret.name} {ret_id}'"),
            Place with { Result = new("ret", User, new LocationPiece.Memory(new Expr.Register(0))) });

        Assert.Empty(bound.Problems);
        var (entry, late) = (bound.Plan.EntryFields, bound.Plan.ReturnFields);
        Assert.Equal(
            [
                ("ret.id", "24 bytes at rdi on entry"), ("ret.name", "text at *(uint64*)((rdi on entry) + 8)"),
                ("ret.next", "24 bytes at rdi on entry"),
            ],
            bound.ValuesOf(EventKind.Call).Where(value => value.IsReturnValue).Select(value => (
                string.Join('.', value.Path), new ExprText(Architecture.X64, entry).Of(late[value.FieldIndex - entry.Count]))));
        Assert.Equal("*(int64*)(rdi on entry) > 3", new ExprText(Architecture.X64, entry).Of(bound.Plan.ReturnCondition!));
    }

    [Fact]
    public void Of_two_events_the_return_finds_the_structure_by_the_register_that_comes_back()
    {
        var bound = BoundRule.Of(
            Rule("on: both"), Place with { Result = new("ret", User, new LocationPiece.Memory(new Expr.Register(0))) });

        Assert.Empty(bound.Problems);
        Assert.Equal("24 bytes at rax", new ExprText(Architecture.X64, []).Of(bound.Plan.ReturnFields[0]));
    }

    [Fact]
    public void Members_in_memory_are_copied_together_and_texts_by_themselves()
    {
        var bound = BoundRule.Of(Rule("capture: {all: '*request->user'}"), Place);

        Assert.Empty(bound.Problems);
        var values = bound.ValuesOf(EventKind.Entry).Where(value => value.Path is ["all", ..]).ToList();
        var fields = values.ConvertAll(value => new ExprText(Architecture.X64, []).Of(bound.Plan.EntryFields[value.FieldIndex]));
        Assert.Equal(["24 bytes at *(uint64*)rdi", "text at *(uint64*)(*(uint64*)rdi + 8)", "24 bytes at *(uint64*)rdi"], fields);
        Assert.Equal(values[0].FieldIndex, values[2].FieldIndex);
        Assert.Equal([new ValuePart(0, 8), null, new ValuePart(16, 8)], values.Select(value => value.Part));
    }

    [Theory]
    [InlineData("max_bytes: 16", new[] { "user", "state", "more" })]
    [InlineData("max_bytes: 24", new[] { "user", "state", "number", "real", "more" })]
    [InlineData("depth: 1", new[] { "user", "state", "number", "real", "level" })]
    public void Of_a_structure_as_much_is_shown_as_the_rule_says(string key, string[] names)
    {
        var bound = BoundRule.Of(Rule($"{key}, capture: {{all: '*request'}}"), Place);

        Assert.Equal(
            names, bound.ValuesOf(EventKind.Entry).Where(value => value.Path is ["all", ..]).Select(value => value.Path[^1]));
    }

    [Fact]
    public void An_array_of_structures_has_the_members_of_each_element()
    {
        var place = Place with
        {
            Types = new TypeTable([.. Types.Shapes, new TypeShape.Array("struct user[2]", 48, User, 2), new TypeShape.Structure(
                "struct list", 48, IsUnion: false, [new("users", Int + 1, 0)]), new TypeShape.Pointer("struct list *", 8, Int + 2, false)]),
            Variables = [new("list", Int + 3, new LocationPiece.Value(new Expr.Register(5)))],
        };

        var bound = BoundRule.Of(Rule("capture: {users: list->users, second: 'list->users[1].id'}, format: '{users}'"), place);

        Assert.Empty(bound.Problems);
        Assert.Equal(
            ["list", "users_0_id", "users_0_name", "users_0_next", "users_1_id", "users_1_name", "users_1_next", "second"],
            bound.ValuesOf(EventKind.Entry).Select(value => value.Name));
        Assert.Equal(["users", "[1]", "name"], bound.ValuesOf(EventKind.Entry)[5].Path);
    }

    [Fact]
    public void A_structure_in_a_message_takes_no_format_and_no_width()
    {
        var problems = BoundRule.Of(Rule("format: '{pair:x} {pair,10} {pair} {pair.id:x}'"), Place).Problems;

        Assert.Equal(
            ["'pair' does not take the format 'x'", "'pair' is a structure, which takes no width"], problems.Select(one => one.Message));
    }

    [Fact]
    public void Structures_that_contain_themselves_end_with_a_problem()
    {
        var circle = new TypeShape.Structure(
            "struct circle", 8, IsUnion: false, [.. Enumerable.Repeat(new StructureMember("", 0, 0), 5000)]);
        var place = new DebugSiteAbi(CSiteAbi.X64)
        {
            Types = new TypeTable([circle, new TypeShape.Pointer("struct circle *", 8, 0, IsReference: false)]),
            Variables = [new("p", 1, new LocationPiece.Value(new Expr.Register(5)))],
        };

        var problem = Assert.Single(BoundRule.Of(Rule("capture: {x: p->a}"), place).Problems);

        Assert.Equal("'struct circle' has no member 'a'", problem.Message);
    }
}
