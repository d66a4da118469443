using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

public class BoundRuleTests
{
    private static readonly CSiteAbi X64 = CSiteAbi.X64;

    [Fact]
    public void Bytes_as_long_as_the_return_value_keep_their_pointer_from_the_entry()
    {
        var plan = BoundRule.Of(Rule("on: call, args: [fd: int, buf: 'bytes(ret)'], ret: ssize_t"), X64).Plan;
        Assert.Equal([Scalar(new Expr.Extend(X64.Argument(0)!, 4, true)), Scalar(X64.Argument(1)!)], plan.EntryFields);
        var pointer = new Expr.EntryField(1);
        Assert.Equal([new CaptureField(
            pointer,
            new Storage.Bytes(X64.Result(0)!, 64) { NullWhenZero = pointer }), Scalar(X64.Result(0)!)], plan.ReturnFields);
    }

    [Fact]
    public void Values_stand_in_the_order_of_the_rule_with_the_return_value_last()
    {
        var rule = Rule(
            "on: call, args: [buf: 'bytes(ret)', fd: int], capture: {c: 'fd + 1', d: 'ret + fd'}, ret: ssize_t, when: 'buf[0] == ret'");
        var values = BoundRule.Of(rule, X64).ValuesOf(EventKind.Call);
        var fields = BoundRule.Of(rule, X64).Plan.FieldsOf(EventKind.Call);
        Assert.Equal(["buf", "fd", "c", "d", "ret"], values.Select(v => v.Name));
        Assert.Equal([false, false, false, false, true], values.Select(v => v.IsReturnValue));
        Assert.IsType<Storage.Bytes>(fields[values[0].FieldIndex].Storage);
        Assert.Equal(Scalar(new Expr.Extend(X64.Argument(1)!, 4, true)), fields[values[1].FieldIndex]);
        Assert.Equal(Scalar(X64.Result(0)!), fields[values[4].FieldIndex]);
        Assert.Equal(values.Count, values.Select(v => v.FieldIndex).Distinct().Count());
    }

    [Fact]
    public void Of_a_condition_the_entry_decides_what_it_can()
    {
        var plan = BoundRule.Of(Rule("on: call, args: [path: string, n: int64], when: \"n > 1 && (path == 'a' || ret < n)\""), X64).Plan;
        var path = new Expr.TextMatch(X64.Argument(0)!, new TextTest([(byte)'a'], [], true));
        Assert.Equal(new Expr.Binary(BinaryOperator.Greater, X64.Argument(1)!, new Expr.Constant(1)), plan.EntryCondition);
        Assert.Equal(
            new Expr.Binary(
                BinaryOperator.OrElse,
                new Expr.EntryField(2),
                new Expr.Binary(BinaryOperator.Less, X64.Result(0)!, new Expr.EntryField(1))),
            plan.ReturnCondition);
        Assert.Equal(Scalar(path), plan.EntryFields[2]);
    }

    [Fact]
    public void Both_events_have_the_condition_and_each_its_own_values()
    {
        var rule = Rule("on: both, args: [n: int64], capture: {u: uid, m: n * 2, r: ret * 2}, when: uid == 0");
        var plan = BoundRule.Of(rule, X64).Plan;
        Assert.NotNull(plan.EntryCondition);
        Assert.Equal(plan.EntryCondition, plan.ReturnCondition);
        Assert.Equal(["n", "u", "m"], BoundRule.Of(rule, X64).ValuesOf(EventKind.Entry).Select(v => v.Name));
        Assert.Equal(["u", "r", "ret"], BoundRule.Of(rule, X64).ValuesOf(EventKind.Return).Select(v => v.Name));
        Assert.Equal([0, 1, 2], BoundRule.Of(rule, X64).ValuesOf(EventKind.Return).Select(v => v.FieldIndex).Order());
    }

    [Fact]
    public void What_every_event_could_have_is_captured_only_for_the_message_that_names_it()
    {
        var rule = Rule("on: both, args: [n: int64], format: {entry: '{uid} {cgroup} {n}', return: '{gid}'}");
        var plan = BoundRule.Of(rule, X64).Plan;
        var uid = new Expr.Extend(new Expr.Special(SpecialValue.Uid), 4, false);
        Assert.Equal([Scalar(X64.Argument(0)!), Scalar(uid), Scalar(new Expr.Special(SpecialValue.Cgroup))], plan.EntryFields);
        Assert.Equal(
            [Scalar(X64.Result(0)!), Scalar(new Expr.Extend(new Expr.Special(SpecialValue.Gid), 4, false))], plan.ReturnFields);
        Assert.Equal(["n", "uid", "cgroup"], BoundRule.Of(rule, X64).ValuesOf(EventKind.Entry).Select(v => v.Name));
        Assert.Equal([false, true], BoundRule.Of(rule, X64).ValuesOf(EventKind.Return).Select(v => v.IsOfEvent));
    }

    [Fact]
    public void A_call_has_the_user_of_its_entry()
    {
        var rule = Rule("on: call, format: '{uid}'");
        var plan = BoundRule.Of(rule, X64).Plan;
        Assert.Single(plan.EntryFields);
        Assert.Equal([("ret", 1), ("uid", 0)], BoundRule.Of(rule, X64).ValuesOf(EventKind.Call).Select(v => (v.Name, v.FieldIndex)));
    }

    [Theory]
    [InlineData("format: '{pid} {ppid} {exe}'")]
    [InlineData("redact: [uid]")]
    public void Other_messages_capture_nothing_more(string keys) => Assert.Empty(BoundRule.Of(Rule(keys), X64).Plan.EntryFields);

    [Theory]
    [InlineData("args: [pin: int, b: int], redact: [arg1]", "pin", true)]
    [InlineData("args: [pin: int, b: int], redact: [arg1]", "b", false)]
    [InlineData("args: [pin: int, arg1: int], redact: [arg1]", "pin", false)]
    [InlineData("args: [pin: int, arg1: int], redact: [arg1]", "arg1", true)]
    [InlineData("signature: 'int f(int pin, int b)', redact: ['arg*']", "b", true)]
    [InlineData("redact: ['*']", "ret", true)]
    [InlineData("redact: ['*']", "uid", false)]
    public void An_argument_is_redacted_by_either_name(string keys, string name, bool redacted) =>
        Assert.Equal(redacted, new Redaction(Rule(keys).Redact).Applies(name));

    [Fact]
    public void How_often_is_part_of_the_plan_and_how_long_is_not()
    {
        var plan = BoundRule.Of(Rule("sample: 1/9"), X64).Plan;
        Assert.Equal(9, plan.SampleEvery);
        Assert.NotEqual(plan, BoundRule.Of(Rule("limit: 9/s"), X64).Plan);
        Assert.Equal(BoundRule.Of(Rule("ttl: 1h"), X64).Plan, BoundRule.Of(Rule("budget: none"), X64).Plan);
    }

    [Theory]
    [InlineData("password", true)]
    [InlineData("User_Token", true)]
    [InlineData("card", true)]
    [InlineData("Cards", false)]
    [InlineData("pin_code", true)]
    [InlineData("spin", false)]
    [InlineData("path", false)]
    public void Names_are_redacted_by_list_pattern_and_habit(string name, bool redacted) =>
        Assert.Equal(redacted, new Redaction(["CARD", "pin*", "a*b*c"]).Applies(name));

    [Fact]
    public void Moving_an_expression_changes_nothing() =>
        Assert.Equal(Rule("args: 1, when: 'arg1 > 1'"), Rule("args: 1,   when:    '( arg1>1 )'"));

    [Theory]
    [InlineData("args: 1", "")]
    [InlineData("on: both, signature: 'void f(long a)'", "")]
    [InlineData("args: 3", "arguments 2 and 3")]
    [InlineData("on: call, args: 1", "the return value")]
    [InlineData("on: return, capture: {a: ret + 1}", "the return value")]
    [InlineData("args: [p: 'bytes(n)', n: int], when: n > 1", "argument 2")]
    public void What_a_place_does_not_have_is_named(string keys, string missing) =>
        Assert.Equal(missing, Missing(Rule(keys), new OneOperand()));

    [Theory]
    [InlineData("args: 2", "")]
    [InlineData("args: [a, b: long]", "argument 2 as an integer (it is a floating point number)")]
    [InlineData("args: 2, format: '{arg1:x8} {arg2:n}'", "")]
    [InlineData("args: 2, format: '{arg2:x8}'", "argument 2 as an integer (it is a floating point number)")]
    [InlineData("args: 2, when: arg2 > 1", "argument 2 as an integer (it is a floating point number)")]
    [InlineData("args: 4", "argument 3 (it is in %xmm0), argument 4 (the probe has 3)")]
    [InlineData("args: 12", "argument 3 (it is in %xmm0), arguments 4, 5, 6, 7, 8, 9, 10, 11 and 12 (the probe has 3)")]
    public void What_a_USDT_probe_does_not_have_is_named_with_the_reason(string keys, string missing) =>
        Assert.Equal(missing, Missing(Rule(keys), Probe));

    [Theory]
    [InlineData("args: [a, b, c, d]", "c", "d")]
    [InlineData("signature: 'int f(int a, int64 b, int c)'", "c", "b")]
    [InlineData("args: 3", "3", "")]
    public void What_is_missing_is_told_where_the_rule_names_it(string keys, params string[] places) =>
        Assert.Equal(places.Where(place => place.Length > 0), BoundRule.Of(Rule(keys), Probe).Problems.Select(problem =>
            $"rules: [{{name: x, binary: /b, symbol: f, {keys}}}]".Substring(problem.At.Column - 1, problem.At.Length)));

    [Fact]
    public void Arguments_without_a_type_have_that_of_the_place()
    {
        Assert.Equal([new CaptureType.Integer(8, Signed: false), new CaptureType.Float(8)], TypesOf("args: 2"));
        Assert.Equal([new CaptureType.Pointer(), new CaptureType.Float(8)], TypesOf("args: [a: ptr, b]"));

        static IEnumerable<CaptureType> TypesOf(string keys) =>
            BoundRule.Of(Rule(keys), Probe).ValuesOf(EventKind.Entry).Select(value => value.Type);
    }

    [Theory]
    [InlineData("on: return", true)]
    [InlineData("on: call", true)]
    [InlineData("on: call", false)]
    public void The_errno_of_a_place_is_read_on_return(string keys, bool atInstructions)
    {
        var bound = BoundRule.Of(Rule($"{keys}, ret: int, when: errno == ENOENT, format: '{{errno}}'"), WithErrno(atInstructions));

        Assert.Empty(bound.Problems);
        Assert.Empty(bound.Plan.EntryFields);
        Assert.Null(bound.Plan.EntryCondition);
        Assert.Equal(
            [Scalar(new Expr.Extend(ErrnoOfPlace, 4, true)), Scalar(new Expr.Extend(X64.Result(0)!, 4, true))], bound.Plan.ReturnFields);
        Assert.Equal(new Expr.Binary(BinaryOperator.Equal, ErrnoOfPlace, new Expr.Constant(2)), bound.Plan.ReturnCondition);
        Assert.Equal(keys == "on: call", bound.Plan.KeepsLoadAddress);
        Assert.True(bound.Plan.UsesThreadPointer);
    }

    [Theory]
    [InlineData("on: call, when: errno == 2", "errno")]
    [InlineData("on: call, capture: {x: errno}", "errno")]
    [InlineData("on: call, format: 'x {errno}'", "errno")]
    public void Where_there_is_no_errno_the_rule_is_told_why(string keys, string place)
    {
        var problem = Assert.Single(
            BoundRule.Of(Rule(keys), X64 with { Errno = SiteValue.Missing("this file has none") }).Problems);

        Assert.Equal(("TA247", "errno cannot be had", "this file has none"), (problem.Code, problem.Message, problem.Hint));
        Assert.Equal(place, $"rules: [{{name: x, binary: /b, symbol: f, {keys}}}]".Substring(problem.At.Column - 1, problem.At.Length));
    }

    [Fact]
    public void At_the_caller_nothing_says_where_the_library_lies()
    {
        var problem = Assert.Single(BoundRule.Of(
            Rule("on: return, return_at: caller, unsafe: true, when: errno == 2"), WithErrno(atInstructions: false)).Problems);

        Assert.Equal("TA247", problem.Code);
        Assert.Contains("use 'on: call'", problem.Hint, StringComparison.Ordinal);
    }

    private static Expr.Load ErrnoOfPlace => new(
        new Expr.Binary(
            BinaryOperator.Add, new Expr.Special(SpecialValue.ThreadPointer),
            new Expr.Load(new Expr.Special(SpecialValue.LoadAddress), 8, Signed: false)),
        4, Signed: true);

    private static CSiteAbi WithErrno(bool atInstructions) => X64 with
    {
        ReturnsAtInstructions = atInstructions,
        Errno = new SiteValue(ErrnoOfPlace, new CaptureType.Errno(), null),
    };

    private static UsdtSiteAbi Probe => new(Architecture.X64, [
        new SiteValue(new Expr.Register(0), new CaptureType.Integer(8, Signed: false), null),
        new SiteValue(new Expr.Load(new Expr.Register(7), 8, Signed: false), new CaptureType.Float(8), null),
        SiteValue.Missing("it is in %xmm0")]);

    private static string Missing(Rule rule, SiteAbi abi) => string.Join(
        ", ", BoundRule.Of(rule, abi).Problems.Select(problem => problem.Message.Replace(" cannot be had", "", StringComparison.Ordinal)));

    private sealed record OneOperand() : CallAbi(Architecture.X64)
    {
        public override Expr? Result(int index) => null;

        public override Expr? Argument(int index) => index == 0 ? new Expr.Register(3) : null;
    }

    private static CaptureField Scalar(Expr value) => new(value, new Storage.Scalar());

    private static Rule Rule(string keys)
    {
        var file = RuleFileReader.Read("x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, symbol: f, {keys}}}]"));
        Assert.Empty(file.Diagnostics);
        return file.Rules[0];
    }
}
