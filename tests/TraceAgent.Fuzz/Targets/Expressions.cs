using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Binding.Plans;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;

namespace TraceAgent.Fuzz.Targets;

/// <summary>Expressions: read and bound, or refused at a place in their text.</summary>
internal sealed class Expressions : FuzzTarget
{
    private static readonly string[] Seeds =
    [
        "status >= 500 && duration > 10ms && path ~ '/api/*'", "*(int32*)(p + 16) == -1 || ((uint16*)p)[a * 2] % 7 != 'x'",
        "*(char**)(p+8) == \"a\\\\b\" ^ (string(64))p ~ 'x*' == !1",
        "-a / b % a << 3 >> (unsigned long)u", "comm ~ 'ngin*' && !(pid == tid) || uid & ~0x1f",
    ];

    private static readonly string[] Words =
    [
        "a", "u", "p", "path", "names", "small", "flag", "pid", "comm",
        "duration", "ret", "nope", "(", ")", "[", "]", "*", "&", "&&", "|", "||", "!", "~", "-", "+", "/", "%", "^", "<<", ">>", "<",
        "<=", "==", "!=", ">", ">=", "'x'", "'/a*'", "\"", "'", "\\",
        "\\x41", "0", "1", "-1", "0xffffffffffffffff", "18446744073709551616", "10ms", "3h", "9223372036s", "1.5", "(int8)", "(uint64)",
        "(char**)", "(int32*)", "(string(8))", "(bool)", "(ptr)", "(bytes(4))", "->", ".", "?", ":", ",", ";", "=", " ", "\n", "é", "\0",
    ];

    public override byte[] Make(Random random) => random.Next(3) == 0
        ? Encoding.UTF8.GetBytes(Mutation.Words(random, Words, 20))
        : Mutation.Of(random, Encoding.UTF8.GetBytes(random.Pick(Seeds)), Words);

    public override void Check(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var problems = 0;
        void InText(TextProblem problem)
        {
            problems += problem.IsWarning ? 0 : 1;
            Assert.InRange(problem.Start, 0, text.Length);
            Assert.InRange(problem.Length, 0, Math.Max(1, text.Length - problem.Start));
        }

        var scope = Scope();
        var bound = ExpressionParser.Parse(text, name => scope.Find(name) is not null, InText) is { } syntax
            ? ExpressionBinder.Bind(syntax, scope, InText, out _)
            : null;
        Assert.Equal(bound is null, problems > 0);
        if (bound is { Type: not (StaticType.ThreadName or StaticType.Quotation) })
        {
            var lowering = new TermLowering(PlaceScope.Of(CSiteAbi.X64));
            Assert.Equal(lowering.Lower(bound.Term), lowering.Lower(bound.Term));
        }
    }

    private static NameScope Scope()
    {
        var scope = new NameScope(PlaceScope.Of(CSiteAbi.X64));
        scope.Add("p", new Term.Argument(0), new StaticType.Pointer(null));
        scope.Add("path", new Term.Argument(1), StaticType.Text);
        scope.Add("a", new Term.Argument(2), StaticType.Int64);
        scope.Add("u", new Term.Argument(3), StaticType.UInt64);
        scope.Add("small", new Term.Argument(4), new StaticType.Integer(1, Signed: true));
        scope.Add("flag", new Term.Argument(5), StaticType.Boolean);
        scope.Add("names", new Term.Argument(6), new StaticType.Pointer(StaticType.Text));
        scope.Add("status", new Term.Argument(7), new StaticType.Integer(4, Signed: true));
        scope.Add("ret", new Term.Result(), StaticType.Int64);
        scope.Add("duration", new Term.Special(SpecialValue.Duration), new StaticType.Duration());
        return scope;
    }
}
