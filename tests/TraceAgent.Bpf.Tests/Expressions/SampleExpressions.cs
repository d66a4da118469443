using System.Buffers.Binary;
using CsCheck;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Tests.Expressions;

/// <summary>Expressions over the six integer arguments of an x86-64 function, the last of which points to a block of memory.</summary>
internal static class SampleExpressions
{
    /// <summary>Bytes of the block. Its first eight are its own address.</summary>
    public const int BlockSize = 64;

    /// <summary>What every block holds after its address: some bytes, with a NUL at the end of each sixteen.</summary>
    public static byte[] Block(ulong address)
    {
        var block = new byte[BlockSize];
        BinaryPrimitives.WriteUInt64LittleEndian(block, address);
        for (var i = 8; i < block.Length; i++)
        {
            block[i] = i % 16 == 15 ? (byte)0 : (byte)((i * 37) ^ 0x80);
        }

        return block;
    }

    /// <summary>On the first page, where nothing is ever mapped.</summary>
    private const long Unmapped = 0x10;

    private static readonly int[] Sizes = [1, 2, 4, 8];

    private static readonly long[] Edges =
        [0, 1, -1, 2, 7, 63, 64, 65, 255, 256, -128, int.MaxValue, int.MinValue, 1L
            << 31, 1L << 32, 0xffff_ffff, long.MaxValue, long.MinValue];

    public static Expr Argument(int index) => Architecture.X64.Argument(index);

    private static Expr BlockPointer => Argument(5);

    public static Gen<long> Value { get; } = Gen.Frequency((3, Gen.OneOf(Edges)), (1, Gen.Long));

    /// <summary>Trees without calls to the kernel's knowledge, which differs from hit to hit.</summary>
    public static Gen<Expr> Tree { get; } = Trees(5);

    /// <summary>Every operator on operands at the edges, every width and sign, every way of reading memory.</summary>
    public static IEnumerable<Expr> EveryConstruct()
    {
        foreach (var @operator in Enum.GetValues<BinaryOperator>())
        {
            foreach (var (left, right) in new (Expr, Expr)[]
            {
                (Argument(0), Argument(1)),
                (Argument(1), Argument(0)),
                (Argument(2), Argument(2)),
                (Argument(3), new Expr.Constant(0)),
                (Argument(0), new Expr.Constant(3)),
                (Argument(1), new Expr.Constant(0x1234_5678_9abc)),
                (new Expr.Constant(0), new Expr.Load(new Expr.Constant(Unmapped), 8, Signed: false)),
                (new Expr.Constant(5), new Expr.Load(new Expr.Constant(Unmapped), 8, Signed: false)),
                (Argument(3), new Expr.Binary(BinaryOperator.Subtract, Argument(1), Argument(2))),
            })
            {
                yield return new Expr.Binary(@operator, left, right);
            }
        }

        foreach (var @operator in Enum.GetValues<UnaryOperator>())
        {
            yield return new Expr.Unary(@operator, Argument(0));
            yield return new Expr.Unary(@operator, Argument(1));
            yield return new Expr.Unary(@operator, new Expr.Constant(0));
        }

        foreach (var test in Tests(17))
        {
            yield return new Expr.TextMatch(At(17), test);
            yield return new Expr.TextMatch(new Expr.Constant(Unmapped), test);
            yield return new Expr.TextMatch(new Expr.Constant(0), test);
            yield return new Expr.TextMatch(At(17), test, new Expr.Constant(14));
            yield return new Expr.TextMatch(At(17), test, new Expr.Constant(13));
            yield return new Expr.TextMatch(At(17), test, new Expr.Constant(0));
            yield return new Expr.TextMatch(At(17), test, new Expr.Constant(-1));
            yield return new Expr.TextMatch(new Expr.Constant(Unmapped), test, new Expr.Constant(14));
        }

        foreach (var signed in new[] { false, true })
        {
            foreach (var size in Sizes)
            {
                yield return new Expr.Load(At(8), size, signed);
                yield return new Expr.Load(At(17), size, signed);
                yield return new Expr.Load(
                    new Expr.Binary(BinaryOperator.Add, new Expr.Load(BlockPointer, 8, false), new Expr.Constant(24)), size, signed);
                yield return new Expr.Load(new Expr.Constant(Unmapped), size, signed);
                if (size < 8)
                {
                    yield return new Expr.Extend(Argument(0), size, signed);
                    yield return new Expr.Extend(Argument(1), size, signed);
                    yield return new Expr.Extend(Argument(4), size, signed);
                }
            }
        }
    }

    /// <summary>Tests of the text at an offset of the block: those that it passes, and those that it just fails.</summary>
    private static IEnumerable<TextTest> Tests(int offset)
    {
        var text = Block(0).AsSpan(offset);
        text = text[..text.IndexOf((byte)0)];
        var (whole, most, last) = (text.ToArray(), text[..(text.Length / 2)].ToArray(), text[(text.Length / 2)..].ToArray());
        byte[] wrong = [.. most, 1];
        var small = Array.ConvertAll(whole, one => one is >= 0x41 and <= 0x5a ? (byte)(one + 0x20) : one);
        return
        [
            .. Searches(whole, ignoresCase: false), .. Searches(small, ignoresCase: true),
            Test(small, [], isExact: true) with { IgnoresCase = true }, Test([], small, isExact: false) with { IgnoresCase = true },
            Test(whole, [], isExact: true),
            Test([.. whole, 1], [], isExact: true), Test(most, [], isExact: true), Test([], [], isExact: true),
            Test(whole, [], isExact: false), Test(most, [], isExact: false), Test(wrong, [], isExact: false), Test([], [], isExact: false),
            Test(most, last, isExact: false),
            Test([], last, isExact: false), Test(most, most, isExact: false), Test(whole, last, isExact: false),
        ];
    }

    /// <summary>Tests with a part of the text, or too much of it, somewhere between the parts at its ends.</summary>
    private static IEnumerable<TextTest> Searches(byte[] text, bool ignoresCase)
    {
        foreach (var (prefix, middle, suffix) in new[]
        {
            (0, 0..text.Length, 0), (0, ..1, 0), (0, ^1.., 0), (1, ..1, 0), (0, ^1.., 1), (1, 1..^1, 1), (1, 1.., 1),
            (text.Length / 2, (text.Length / 2).., 0), (text.Length / 2, (text.Length / 2)..^1, 1), (2, 3..^2, 2),
        })
        {
            var isThere = prefix <= text.Length && suffix <= text.Length
                && middle.Start.GetOffset(text.Length) is >= 0 and var from && middle.End.GetOffset(text.Length) is var to && from < to
                && to <= text.Length;
            if (isThere)
            {
                yield return Test(text[..prefix], text[^suffix..], isExact: false) with
                { Middle = text[middle].ToEquatableArray(), IgnoresCase = ignoresCase };
            }
        }

        yield return Test([], [], isExact: false) with { Middle = [.. text, 1], IgnoresCase = ignoresCase };
    }

    private static TextTest Test(byte[] prefix, byte[] suffix, bool isExact) =>
        new(prefix.ToEquatableArray(), suffix.ToEquatableArray(), isExact);

    private static Expr.Binary At(int offset) => new(BinaryOperator.Add, BlockPointer, new Expr.Constant(offset));

    private static Gen<Expr> Trees(int depth)
    {
        Gen<Expr> leaf = Gen.OneOf<Expr>(
            Gen.Int[0, 5].Select(Argument),
            Value.Select(value => (Expr)new Expr.Constant(value)));
        if (depth == 0)
        {
            return leaf;
        }

        var inner = Trees(depth - 1);
        var operators = Gen.Enum<BinaryOperator>();
        var readable = Gen.Select(
            Gen.OneOf(Gen.Const(BlockPointer), Gen.Const((Expr)new Expr.Load(BlockPointer, 8, false))),
            Gen.Int[0, BlockSize - 8],
            (from, offset) => (Expr)new Expr.Binary(BinaryOperator.Add, from, new Expr.Constant(offset)));
        var address = Gen.Frequency((8, readable), (1, Gen.Const((Expr)new Expr.Constant(Unmapped))));
        var texts = Gen.Int[8, BlockSize - 2].SelectMany(offset => Gen.Select(
            Gen.OneOf([.. Tests(offset)]),
            Gen.Int[-1, BlockSize - offset],
            Gen.Bool,
            (test, length, counted) => (Expr)new Expr.TextMatch(At(offset), test, counted ? new Expr.Constant(length) : null)));
        return Gen.Frequency(
            (1, leaf),
            (1, texts),
            (4, Gen.Select(operators, inner, inner, (@operator, left, right) => (Expr)new Expr.Binary(@operator, left, right))),
            (2, Gen.Select(Gen.Enum<UnaryOperator>(), inner, (@operator, operand) => (Expr)new Expr.Unary(@operator, operand))),
            (2, Gen.Select(inner, Gen.OneOf(1, 2, 4), Gen.Bool, (operand, size, signed) => (Expr)new Expr.Extend(operand, size, signed))),
            (2, Gen.Select(address, Gen.OneOf(Sizes), Gen.Bool, (at, size, signed) => (Expr)new Expr.Load(at, size, signed))));
    }
}
