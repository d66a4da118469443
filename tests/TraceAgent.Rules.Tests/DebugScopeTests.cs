using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

/// <summary>Rules at places of which debug information says the parameters.</summary>
public partial class DebugScopeTests
{
    private const int Long = 0;
    private const int Text = 1;
    private const int State = 2;
    private const int User = 3;
    private const int UserPointer = 4;
    private const int Request = 5;
    private const int RequestPointer = 6;
    private const int Character = 7;
    private const int Union = 8;
    private const int Real = 9;
    private const int RequestReference = 10;
    private const int Int = 11;

    private static readonly TypeTable Types = new(
    [
        new TypeShape.Integer("long", 8, Signed: true),
        new TypeShape.Pointer("char *", 8, Character, IsReference: false),
        new TypeShape.Enumeration("enum state", 4, Signed: false, [new(0, "NEW"), new(5, "READY")]),
        new TypeShape.Structure(
            "struct user", 24, IsUnion: false, [new("id", Long, 0), new("name", Text, 8), new("next", UserPointer, 16)]),
        new TypeShape.Pointer("struct user *", 8, User, IsReference: false),
        new TypeShape.Structure(
            "struct request", 32, IsUnion: false,
            [
                new("user", UserPointer, 0), new("state", State, 8), new("", Union, 16),
                new("level", Int, 24) { Bits = 5, Shift = 3 },
            ]),
        new TypeShape.Pointer("struct request *", 8, Request, IsReference: false),
        new TypeShape.Character("char", 1),
        new TypeShape.Structure("", 8, IsUnion: true, [new("number", Long, 0), new("real", Real, 0)]),
        new TypeShape.Float("double", 8),
        new TypeShape.Pointer("struct request &", 8, Request, IsReference: true),
        new TypeShape.Integer("int", 4, Signed: true),
    ]);

    [Theory]
    [InlineData("request->user->id", "*(int64*)*(uint64*)rdi")]
    [InlineData("request.user.name", "text at *(uint64*)(*(uint64*)rdi + 8)")]
    [InlineData("request->state", "*(uint32*)(rdi + 8)")]
    [InlineData("request->number", "*(int64*)(rdi + 16)")]
    [InlineData("request->real", "*(uint64*)(rdi + 16)")]
    [InlineData("request->level", "(*(uint8*)(rdi + 24) << 56) >> 59")]
    [InlineData("request->user->next->id", "*(int64*)*(uint64*)(*(uint64*)rdi + 16)")]
    [InlineData("(*request->user).id", "*(int64*)*(uint64*)rdi")]
    [InlineData("reference.user->id", "*(int64*)*(uint64*)rsi")]
    [InlineData("pair.id", "rdx")]
    [InlineData("pair.name", "text at rcx")]
    [InlineData("onStack", "*(int64*)(rsp + 8)")]
    public void A_member_is_read_where_it_lies(string expression, string place)
    {
        var bound = BoundRule.Of(Rule($"capture: {{x: '{expression}'}}"), Place);

        Assert.Empty(bound.Problems);
        var value = bound.ValuesOf(EventKind.Entry).Single(value => value.Name == "x");
        Assert.Equal(place, new ExprText(Architecture.X64, []).Of(bound.Plan.EntryFields[value.FieldIndex]));
    }

    [Theory]
    [InlineData("request->user->id", "*(int64*)*(uint64*)(rdi on entry)")]
    [InlineData("request.user.name", "text at *(uint64*)(*(uint64*)(rdi on entry) + 8)")]
    [InlineData("onStack", "*(int64*)(rsp + 8) on entry")]
    [InlineData("*(int*)onStack", "*(int32*)(*(int64*)(rsp + 8) on entry)")]
    public void At_the_return_memory_is_read_through_variables_as_they_were_on_entry(string expression, string place)
    {
        var bound = BoundRule.Of(Rule($"on: call, capture: {{x: {{value: '{expression}', at: return}}}}"), Place);

        Assert.Empty(bound.Problems);
        var value = bound.ValuesOf(EventKind.Call).Single(value => value.Name == "x");
        var (entry, late) = (bound.Plan.EntryFields, bound.Plan.ReturnFields);
        Assert.Equal(place, new ExprText(Architecture.X64, entry).Of(late[value.FieldIndex - entry.Count]));
    }

    [Fact]
    public void Every_parameter_is_shown_with_its_type_and_what_is_missing_with_its_reason()
    {
        var values = BoundRule.Of(Rule("level: Debug"), Place).ValuesOf(EventKind.Entry);

        Assert.Equal(
            [
                "request", "reference_user", "reference_state", "reference_number", "reference_real", "reference_level",
                "pair_id", "pair_name", "pair_more", "onStack", "gone", "pid_", "arg7",
            ],
            values.Select(value => value.Name));
        Assert.Equal(
            [("pair_more", Outcome.Partial), ("gone", Outcome.OptimisedOut), ("arg7", Outcome.VectorRegister)],
            values.Where(value => value.WhyMissing != Outcome.Ok).Select(value => (value.Name, value.WhyMissing)));
        Assert.Equal(["reference", "number"], values[3].Path);
        Assert.Equal(new CaptureType.Integer(4, Signed: true), values[^2].Type);
    }

    [Fact]
    public void Names_of_an_enumeration_are_shown_and_compared_with()
    {
        var bound = BoundRule.Of(Rule("when: request->state == READY, capture: {state: request->state}"), Place);

        Assert.Empty(bound.Problems);
        Assert.Equal("*(uint32*)(rdi + 8) == 5", new ExprText(Architecture.X64, []).Of(bound.Plan.EntryCondition!));
        var type = Assert.IsType<CaptureType.Enumeration>(bound.ValuesOf(EventKind.Entry).Single(value => value.Name == "state").Type);
        Assert.Equal(["NEW", "READY"], type.Names.Select(name => name.Value));
    }

    [Theory]
    [InlineData("((struct user *)onStack)->id", "*(int64*)*(int64*)(rsp + 8)")]
    [InlineData("((shop::User *)arg4)->name", "text at *(uint64*)(*(int64*)(rsp + 8) + 8)")]
    [InlineData("(**(struct user **)onStack).id", "*(int64*)*(uint64*)*(int64*)(rsp + 8)")]
    [InlineData("(enum state)onStack", "(uint32)*(int64*)(rsp + 8)")]
    [InlineData("*(int*)onStack", "*(int32*)*(int64*)(rsp + 8)")]
    public void A_cast_leads_to_a_type_of_the_program(string expression, string place)
    {
        var rule = Rule($"capture: {{x: '{expression}'}}");

        var bound = BoundRule.Of(rule, Place with { NamedTypes = [new("user", User), new("shop::User", User), new("state", State)] });

        Assert.Empty(bound.Problems);
        var value = bound.ValuesOf(EventKind.Entry).Single(value => value.Name == "x");
        Assert.Equal(place, new ExprText(Architecture.X64, []).Of(bound.Plan.EntryFields[value.FieldIndex]));
    }

    [Fact]
    public void The_types_to_which_a_rule_casts_are_asked_for_by_name() => Assert.Equal(
        ["user", "shop::Cart", "state", "request_t"],
        Rule("capture: {a: '((struct user *)p)->id', b: '((shop::Cart *)p)->n + (long)*(int *)p', c: '(enum state)p'}, " +
            "when: '((request_t *)p)->n > (uint64)p'").TypeNames);

    [Theory]
    [InlineData("(struct usr *)onStack", "the debug information has no type 'usr'")]
    [InlineData("(struct user)onStack", "a value cannot be cast to a structure")]
    [InlineData("(struct user *)pair", "a structure is no address")]
    public void A_cast_that_cannot_be_is_said(string expression, string message)
    {
        var place = Place with { NamedTypes = [new("user", User)] };

        Assert.Equal([message], BoundRule.Of(Rule($"capture: {{x: '{expression}'}}"), place).Problems.Select(problem => problem.Message));
    }

    [Theory]
    [InlineData("request->usr", "'struct request' has no member 'usr'", "did you mean 'user'?")]
    [InlineData("request->user->next->nme", "'struct user' has no member 'nme'", "did you mean 'name'?")]
    [InlineData("onStack.x", "a number has no members", null)]
    [InlineData("gone + 1", "'gone' has no value", "the compiler kept it nowhere (optimised_out)")]
    [InlineData("request", null, null)]
    public void What_cannot_be_read_is_said_at_its_place(string expression, string? message, string? hint)
    {
        var problems = BoundRule.Of(Rule($"missing: refuse, capture: {{x: '{expression}'}}"), Place).Problems;

        Assert.Equal(
            message is null ? [] : [(message, hint)],
            problems.Where(problem => problem.Code != "TA240").Select(problem => (problem.Message, problem.Hint)));
    }

    [Fact]
    public void The_result_has_the_type_of_the_source()
    {
        var bound = BoundRule.Of(
            Rule("on: call, when: ret == NEW"), Place with { Result = new("ret", State, new LocationPiece.Value(new Expr.Register(0))) });

        Assert.Empty(bound.Problems);
        Assert.IsType<CaptureType.Enumeration>(Assert.Single(bound.ValuesOf(EventKind.Call), value => value.IsReturnValue).Type);
        Assert.DoesNotContain(BoundRule.Of(Rule("on: call"), Place).ValuesOf(EventKind.Call), value => value.IsReturnValue);
    }

    [Fact]
    public void What_of_a_result_no_probe_sees_is_missing_with_its_reason()
    {
        var parts = new LocationPiece.Pieces(
        [
            new(new LocationPiece.Missing(MissingReason.VectorRegister), 64, 0), new(new LocationPiece.Value(new Expr.Register(0)), 64, 0),
            new(new LocationPiece.Value(new Expr.Register(1)), 64, 0),
        ]);
        var real = new LocationPiece.Missing(MissingReason.VectorRegister);

        var ofParts = BoundRule.Of(Rule("on: call"), Place with { Result = new("ret", User, parts) }).ValuesOf(EventKind.Call);
        var whole = BoundRule.Of(Rule("on: call"), Place with { Result = new("ret", Real, real) }).ValuesOf(EventKind.Call);
        var named = BoundRule.Of(Rule("on: call, when: ret > 3"), Place with { Result = new("ret", Long, real) }).Problems;

        Assert.Equal(
            [("ret_id", Outcome.VectorRegister), ("ret_name", Outcome.Ok), ("ret_next", Outcome.Ok)],
            ofParts.Where(value => value.IsReturnValue).Select(value => (value.Name, value.WhyMissing)));
        Assert.Equal(
            [("ret", Outcome.VectorRegister)], whole.Where(value => value.IsReturnValue).Select(value => (value.Name, value.WhyMissing)));
        Assert.Equal("'ret' has no value", Assert.Single(named).Message);
    }

    [Fact]
    public void A_message_takes_paths_which_are_logged_under_their_names()
    {
        var bound = BoundRule.Of(
            Rule("format: 'user {request->user->name,10} of {{all}} {request.user.id:x} and {request->user->name}'"), Place);

        Assert.Empty(bound.Problems);
        var names = bound.ValuesOf(EventKind.Entry).Select(value => value.Name).ToList();
        Assert.Equal(["request_user_name", "request_user_id"], names[^2..]);
        Assert.Equal(
            "user {request_user_name,10} of {{all}} {request_user_id:x} and {request_user_name}", bound.Messages[0].Template.Text);
    }

    [Fact]
    public void A_wrong_member_in_a_message_is_said_at_its_place()
    {
        var problem = Assert.Single(BoundRule.Of(Rule("format: 'user {request->user->nme}'"), Place).Problems);

        Assert.Equal("'struct user' has no member 'nme'", problem.Message);
        Assert.Equal((1, 84, 3), (problem.At.Line, problem.At.Column, problem.At.Length));
    }

    [Theory]
    [InlineData("capture: {x: request->user->id}")]
    [InlineData("when: request->user->id > 3")]
    [InlineData("format: '{request->user->id}'")]
    public void A_name_that_is_redacted_hides_the_member_of_that_name(string keys)
    {
        var problem = Assert.Single(BoundRule.Of(Rule($"redact: [id], {keys}"), Place).Problems);

        Assert.Contains("'id'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_is_captured_under_a_redacted_name_is_redacted() =>
        Assert.Empty(BoundRule.Of(Rule("redact: [id, who], capture: {who: request->user->id}"), Place).Problems);

    private static DebugSiteAbi Place { get; } = new(CSiteAbi.X64)
    {
        Types = Types,
        Variables =
        [
            new("request", RequestPointer, new LocationPiece.Value(new Expr.Register(5))),
            new("reference", RequestReference, new LocationPiece.Value(new Expr.Register(4))),
            new("pair", User, new LocationPiece.Pieces(
            [
                new(new LocationPiece.Value(new Expr.Register(1)), 64, 0), new(new LocationPiece.Value(new Expr.Register(2)), 64, 0),
            ])),
            new("onStack", Long, new LocationPiece.Memory(
                new Expr.Binary(BinaryOperator.Add, new Expr.Register(7), new Expr.Constant(8)))),
            new("gone", Long, new LocationPiece.Missing(MissingReason.OptimisedOut)),
            new("pid", Int, new LocationPiece.Value(new Expr.Register(8))),
            new("", Real, new LocationPiece.Missing(MissingReason.VectorRegister)),
        ],
    };

    private static Rule Rule(string keys)
    {
        var text = $"rules: [{{name: x, binary: /b, symbol: f, args: auto, {keys}}}]";
        var file = RuleFileReader.Read("x.yaml", "/", Encoding.UTF8.GetBytes(text));
        Assert.Empty(file.Diagnostics);
        return file.Rules[0];
    }
}
