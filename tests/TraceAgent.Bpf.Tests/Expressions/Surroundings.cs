using System.Buffers.Binary;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Tests.Expressions;

/// <summary>What an expression can see of the traced thread: registers, one block of readable memory, and what the kernel knows.</summary>
internal sealed record Surroundings(
    Func<int, long> Register, ulong BlockAddress, byte[] Block, Func<SpecialValue, long> Special)
{
    /// <summary>The bytes at an address, or null where nothing is mapped.</summary>
    public byte[]? Read(ulong address, int size) =>
        address >= BlockAddress && address - BlockAddress + (ulong)size <= (ulong)Block.Length
            ? Block.AsSpan((int)(address - BlockAddress), size).ToArray()
            : null;

    /// <summary>The value as the documentation of <see cref="Expr"/> has it; null for a fault.</summary>
    public long? Evaluate(Expr expr) => expr switch
    {
        Expr.Register register => Register(register.Number),
        Expr.Constant constant => constant.Value,
        Expr.Special special => Special(special.Value),
        Expr.Extend extend => Evaluate(extend.Operand) is { } value ? Widened(value, extend.Size, extend.Signed) : null,
        Expr.Load load => Evaluate(load.Address) is { } address ? Loaded((ulong)address, load.Size, load.Signed) : null,
        Expr.Unary unary => Evaluate(unary.Operand) is { } operand ? Unary(unary.Operator, operand) : null,
        Expr.Binary binary => Binary(binary),
        Expr.TextMatch match => Evaluate(match.Address) is { } address ? Matches((ulong)address, match) : null,
        _ => throw new ArgumentException($"{expr} is new here", nameof(expr)),
    };

    private long? Matches(ulong address, Expr.TextMatch match)
    {
        if (match.Length is not null)
        {
            return Evaluate(match.Length) is { } length ? Matches(address, length, match.Test) : null;
        }

        if (address == 0)
        {
            return 0;
        }

        for (var length = 0; ; length++)
        {
            if (Read(address + (ulong)length, 1) is not [var next])
            {
                return null;
            }

            if (next == 0)
            {
                return Matches(address, length, match.Test);
            }
        }
    }

    /// <summary>What the length decides is decided before anything is read.</summary>
    private long? Matches(ulong address, long length, TextTest test)
    {
        var (prefix, suffix) = (test.Prefix.ToArray(), test.Suffix.ToArray());
        if (test.IsExact ? length != prefix.Length : length < test.Length)
        {
            return 0;
        }

        var begins = Same(address, prefix, test.IgnoresCase);
        var ends = begins == 1 ? Same(address + (ulong)length - (ulong)suffix.Length, suffix, test.IgnoresCase) : begins;
        return ends == 1 && test.Middle.Count > 0 ? Contains(address, length, test) : ends;
    }

    private long? Contains(ulong address, long length, TextTest test)
    {
        if (Read(address, (int)Math.Min(length, TextTest.MaxText)) is not { } there)
        {
            return null;
        }

        var between = Small(there[test.Prefix.Count..(int)Math.Min(there.Length, length - test.Suffix.Count)], test.IgnoresCase);
        return Truth(between.AsSpan().IndexOf(test.Middle.AsSpan()) >= 0);
    }

    private long? Same(ulong address, byte[] bytes, bool ignoresCase)
    {
        if (bytes.Length == 0)
        {
            return 1;
        }

        return Read(address, bytes.Length) is { } there ? Truth(Small(there, ignoresCase).AsSpan().SequenceEqual(bytes)) : null;
    }

    private static byte[] Small(byte[] bytes, bool ignoresCase) =>
        ignoresCase ? Array.ConvertAll(bytes, one => one is >= 0x41 and <= 0x5a ? (byte)(one + 0x20) : one) : bytes;

    private long? Loaded(ulong address, int size, bool signed)
    {
        if (Read(address, size) is not { } bytes)
        {
            return null;
        }

        Span<byte> wide = stackalloc byte[8];
        bytes.CopyTo(wide);
        return Widened(BinaryPrimitives.ReadInt64LittleEndian(wide), size, signed);
    }

    private static long Widened(long value, int size, bool signed) => (size, signed) switch
    {
        (1, true) => (sbyte)value,
        (1, false) => (byte)value,
        (2, true) => (short)value,
        (2, false) => (ushort)value,
        (4, true) => (int)value,
        (4, false) => (uint)value,
        _ => value,
    };

    private static long Unary(UnaryOperator @operator, long value) => @operator switch
    {
        UnaryOperator.Negate => unchecked(-value),
        UnaryOperator.Complement => ~value,
        _ => value == 0 ? 1 : 0,
    };

    private long? Binary(Expr.Binary binary)
    {
        if (Evaluate(binary.Left) is not { } left)
        {
            return null;
        }

        if ((binary.Operator == BinaryOperator.AndAlso && left == 0) || (binary.Operator == BinaryOperator.OrElse && left != 0))
        {
            return left == 0 ? 0 : 1;
        }

        return Evaluate(binary.Right) is { } right ? Binary(binary.Operator, left, right) : null;
    }

    private static long Binary(BinaryOperator @operator, long a, long b) => @operator switch
    {
        BinaryOperator.Add => unchecked(a + b),
        BinaryOperator.Subtract => unchecked(a - b),
        BinaryOperator.Multiply => unchecked(a * b),
        BinaryOperator.Divide => b == 0 ? 0 : (long)((ulong)a / (ulong)b),
        BinaryOperator.Modulo => b == 0 ? a : (long)((ulong)a % (ulong)b),
        BinaryOperator.And => a & b,
        BinaryOperator.Or => a | b,
        BinaryOperator.Xor => a ^ b,
        BinaryOperator.ShiftLeft => a << (int)(b & 63),
        BinaryOperator.ShiftRight => a >>> (int)(b & 63),
        BinaryOperator.ShiftRightArithmetic => a >> (int)(b & 63),
        BinaryOperator.Equal => Truth(a == b),
        BinaryOperator.NotEqual => Truth(a != b),
        BinaryOperator.Less => Truth(a < b),
        BinaryOperator.LessOrEqual => Truth(a <= b),
        BinaryOperator.Greater => Truth(a > b),
        BinaryOperator.GreaterOrEqual => Truth(a >= b),
        BinaryOperator.Below => Truth((ulong)a < (ulong)b),
        BinaryOperator.BelowOrEqual => Truth((ulong)a <= (ulong)b),
        BinaryOperator.Above => Truth((ulong)a > (ulong)b),
        BinaryOperator.AboveOrEqual => Truth((ulong)a >= (ulong)b),
        BinaryOperator.AndAlso or BinaryOperator.OrElse => Truth(b != 0),
        _ => throw new ArgumentOutOfRangeException(nameof(@operator), @operator, "new here"),
    };

    private static long Truth(bool value) => value ? 1 : 0;
}
