using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Frames;
using TraceAgent.Dwarf.Locations;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Expressions, by their bytes, and what a probe computes for them: DWARF 5, section 2.5 and appendix D.</summary>
public class ExpressionMachineTests
{
    [Theory]
    [InlineData("55", "value r5")]
    [InlineData("9005", "value r5")]
    [InlineData("7710", "memory r7 16 Add")]
    [InlineData("77002308", "memory r7 8 Add")]
    [InlineData("9168", "memory r7 -24 Add")]
    [InlineData("9c", "memory r7 16 Add")]
    [InlineData("9c2340", "memory r7 80 Add")]
    [InlineData("0300104000000000009f", "value file401000")]
    [InlineData("03001040000000000023089f", "value file401008")]
    [InlineData("03001040000000000075001e229f", "missing NotUnderstood")]
    [InlineData("75000300104000000000002206", "memory r5 file401000 Add loadu8")]
    [InlineData("030010400000000000", "static 401000")]
    [InlineData("0300104000000000002308", "static 401008")]
    [InlineData("359f", "value 5")]
    [InlineData("09ff9f", "value -1")]
    [InlineData("117f9f", "value -1")]
    [InlineData("9e0401020304", "bytes 01020304")]
    [InlineData("750006", "memory r5 loadu8")]
    [InlineData("7500940123ff019f", "value r5 loadu1 255 Add")]
    [InlineData("750074001c9f", "value r5 r4 Subtract")]
    [InlineData("750012209f", "value r5 Complement")]
    [InlineData("75001f9f", "value r5 Negate")]
    [InlineData("750032249f", "value r5 2 ShiftLeft")]
    [InlineData("7500322416009f", "missing NotUnderstood")]
    [InlineData("750074001616229f", "value r5 r4 Add")]
    [InlineData("5593045593040a", "missing NotUnderstood")]
    [InlineData("559304549304", "pieces 32 value r5 | 32 value r4")]
    [InlineData("5593049304", "pieces 32 value r5 | 32 missing OptimisedOut")]
    [InlineData("a301559f", "value r7 8 Add entry0")]
    [InlineData("f301549f", "value r7 8 Add entry1")]
    [InlineData("a301559f23089f", "missing NotUnderstood")]
    [InlineData("a3015523089f", "value r7 8 Add entry0 8 Add")]
    [InlineData("a30155", "memory r7 8 Add entry0")]
    [InlineData("a301539f", "missing NeedsEntryValue")]
    [InlineData("a30275009f", "missing NeedsEntryValue")]
    [InlineData("61", "missing VectorRegister")]
    [InlineData("6f", "missing VectorRegister")]
    [InlineData("7500280100309f", "missing OptimisedOut")]
    [InlineData("7500740012282a0030", "missing Branches")]
    [InlineData("750028fdff309f", "missing Branches")]
    [InlineData("740075002804003a2f01003b9f", "value r5 11 10 Select")]
    [InlineData("7500740014142d280100161396239f", "missing NotUnderstood")]
    [InlineData("7500740014142d2801001613969f", "value r5 r4 Less r5 r4 Select")]
    [InlineData("7500740014142d280100161306", "memory r5 r4 Less r5 loadu8 r4 loadu8 Select")]
    [InlineData("0e10000000000000009b", "threadlocal 10")]
    [InlineData("0e1000000000000000e0", "threadlocal 10")]
    [InlineData("75009b", "missing ThreadLocal")]
    [InlineData("9b", "missing ThreadLocal")]
    [InlineData("fa000000009f", "missing CallerArgument")]
    [InlineData("f27b00000000", "pointee 7b+0")]
    [InlineData("", "missing OptimisedOut")]
    [InlineData("02", "missing NotUnderstood")]
    [InlineData("0a01", "missing NotUnderstood")]
    [InlineData("22", "missing NotUnderstood")]
    public void An_expression_becomes_what_a_probe_computes(string bytes, string expected) =>
        Assert.Equal(expected, Run(Convert.FromHexString(bytes)));

    /// <summary>The quotient of −7 and 2 is −3: the sign is taken out and put back.</summary>
    [Fact]
    public void Division_has_signs() => Assert.Equal(
        "value r5 r5 63 ShiftRightArithmetic Xor r5 63 ShiftRightArithmetic Subtract 2 Divide "
        + "r5 2 Xor 63 ShiftRightArithmetic Xor r5 2 Xor 63 ShiftRightArithmetic Subtract",
        Run([0x75, 0, 0x32, 0x1b, 0x9f]));

    [Fact]
    public void Duplicates_that_unfold_to_a_large_tree_are_refused() => Assert.Equal(
        "missing TooComplex", Run([0x75, 0, .. Enumerable.Repeat(new byte[] { 0x12, 0x1e }, 30).SelectMany(two => two), 0x9f]));

    [Fact]
    public void A_stack_that_grows_without_end_is_refused() =>
        Assert.Equal("missing TooComplex", Run([.. Enumerable.Repeat((byte)0x30, 100_000)]));

    [Fact]
    public void Pieces_without_end_are_refused() =>
        Assert.Equal("missing TooComplex", Run([.. Enumerable.Repeat(new byte[] { 0x55, 0x93, 1 }, 1000).SelectMany(three => three)]));

    private static string Run(byte[] expression)
    {
        using var files = DebugFiles.OfBytes(SmallFile.With(".debug_info", SmallFile.Unit))!;
        var context = new LocationContext(
            Assert.Single(files.Entries.Units), Architecture.X64, new FrameRow(7, 16, -8), new LocationPiece.Memory(new Expr.Register(7)));
        return PlaceText.Of(ExpressionMachine.Run(expression, context));
    }
}
