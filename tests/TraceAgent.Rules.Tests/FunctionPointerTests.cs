using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

/// <summary>Pointers to functions, of which events need the distance between the file and the process.</summary>
public class FunctionPointerTests
{
    private static readonly Expr Distance = new Expr.Special(SpecialValue.LoadAddress);

    private static readonly TypeTable Types = new(
    [
        new TypeShape.Function("function"),
        new TypeShape.Pointer("handler", 8, 0, IsReference: false),
        new TypeShape.Integer("int", 4, Signed: true),
    ])
    {
        Functions = new NoNames(),
    };

    [Theory]
    [InlineData("entry", true, 1, 0)]
    [InlineData("call", true, 1, 0)]
    [InlineData("call", false, 1, 0)]
    [InlineData("both", true, 1, 1)]
    public void The_distance_is_read_where_the_code_of_the_file_is_hit(string on, bool atInstructions, int entry, int late) =>
        AssertDistances(on, atInstructions, 1, entry, late);

    [Fact]
    public void At_the_caller_there_is_none() => AssertDistances("both", atInstructions: false, type: 1, entry: 1, late: 0);

    [Fact]
    public void Other_values_need_none() => AssertDistances("both", atInstructions: true, type: 2, entry: 0, late: 0);

    private static void AssertDistances(string on, bool atInstructions, int type, int entry, int late)
    {
        var place = new LocationPiece.Value(new Expr.Register(5));
        var abi = new DebugSiteAbi(CSiteAbi.X64 with { ReturnsAtInstructions = atInstructions })
        {
            Types = Types,
            Distance = Distance,
            Variables = [new("serve", type, place)],
            Result = new("ret", type, place),
        };
        var file = RuleFileReader.Read(
            "x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, symbol: f, args: auto, on: {on}}}]"));

        var bound = BoundRule.Of(file.Rules[0], abi);

        Assert.Empty(bound.Problems);
        Assert.Equal(entry, bound.Plan.EntryFields.Count(field => field.Value == Distance));
        Assert.Equal(late, bound.Plan.ReturnFields.Count(field => field.Value == Distance));
    }

    private sealed class NoNames : FunctionNames
    {
        public override void Load()
        {
        }

        protected override (int Number, ulong Distance)? Find(ulong address) => null;

        protected override string? NameOf(int number) => null;
    }
}
