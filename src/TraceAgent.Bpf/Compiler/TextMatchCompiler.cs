using System.Buffers.Binary;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>Emits comparisons of texts with what a rule names. The result, 1 or 0, is in r0.</summary>
internal sealed class TextMatchCompiler(Assembler code)
{
    /// <summary>Bytes of stack for the thread's name as the kernel gives it, and a copy whose length is known.</summary>
    public const int CommBufferSize = 16 + 24;

    private const int CommSize = 16;

    /// <summary>The bit that tells small letters of ASCII from large ones.</summary>
    private const int LetterCase = 0x20;

    /// <summary>Bytes of stack that a test needs: the text as far as it matters, its NUL, and one that shows whether it goes on.</summary>
    public static int BufferSize(TextTest test) => test switch
    {
        { IsExact: true } => test.Prefix.Count + 2,
        { Suffix.Count: 0, Middle.Count: 0 } => test.Prefix.Count + 1,
        _ => TextTest.MaxText + 2,
    };

    /// <summary>Tests the text of the traced process at the address in r3.</summary>
    /// <param name="test">The test.</param>
    /// <param name="buffer">Offset of <see cref="BufferSize"/> bytes from the frame pointer.</param>
    /// <param name="onFault">The label to jump to when the text cannot be read; a NULL pointer passes no test.</param>
    public void MatchUserText(TextTest test, int buffer, Label onFault)
    {
        var counted = new Label();
        var no = new Label();
        var end = new Label();
        code.JumpIf(Opcode.IfEqual, Reg.R3, 0, no);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, buffer);
        code.Set(Reg.R2, BufferSize(test));
        code.Call(BpfFunction.ProbeReadUserStr);
        code.JumpIf(Opcode.IfLess, Reg.R0, 0, onFault);

        // Up to 6.12 the kernel does not count the NUL of an empty text (strncpy_from_user_nofault in mm/maccess.c).
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, counted);
        code.Set(Reg.R0, 1);
        code.Place(counted);
        Match(test, buffer, BufferSize(test), no, end);
    }

    /// <summary>Bytes of stack that a test of a text with a length needs: its ends are read one after the other.</summary>
    public static int CountedBufferSize(TextTest test) => test.Middle.Count > 0
        ? RecordLayout.Align(TextTest.MaxText)
        : Math.Max(1, Math.Max(test.Prefix.Count, test.Suffix.Count));

    /// <summary>The addresses that such a test reads, with the number of bytes at each.</summary>
    public static IEnumerable<(Expr Address, int Size)> Reads(Expr.TextMatch match, Expr length)
    {
        if (match.Test.Middle.Count > 0)
        {
            yield return (match.Address, TextTest.MaxText);
        }
        else if (match.Test.Prefix.Count > 0)
        {
            yield return (match.Address, match.Test.Prefix.Count);
        }

        if (match.Test.Suffix.Count is > 0 and var suffix)
        {
            var end = new Expr.Binary(BinaryOperator.Add, match.Address, length);
            yield return (new Expr.Binary(BinaryOperator.Subtract, end, new Expr.Constant(suffix)), suffix);
        }
    }

    /// <summary>Tests the text of the traced process whose length and address lie, in this order, at <paramref name="place"/>.</summary>
    /// <param name="test">The test.</param>
    /// <param name="place">Offset of 16 bytes from the frame pointer.</param>
    /// <param name="buffer">Offset of <see cref="CountedBufferSize"/> bytes from the frame pointer.</param>
    /// <param name="onFault">The label to jump to when the text cannot be read.</param>
    public void MatchCountedText(TextTest test, int place, int buffer, Label onFault)
    {
        var no = new Label();
        var end = new Label();
        code.Load(Reg.R1, Reg.Frame, place);
        code.JumpIf(test.IsExact ? Opcode.IfNotEqual : Opcode.IfLess, Reg.R1, test.Length, no);
        if (test.Prefix.Count > 0)
        {
            code.Load(Reg.R3, Reg.Frame, place + 8);
            CompareUser(test, test.Prefix, buffer, no, onFault);
        }

        if (test.Suffix.Count > 0)
        {
            code.Load(Reg.R3, Reg.Frame, place + 8);
            code.Load(Reg.R1, Reg.Frame, place);
            code.Arithmetic(Opcode.Add, Reg.R3, Reg.R1);
            code.Arithmetic(Opcode.Subtract, Reg.R3, test.Suffix.Count);
            CompareUser(test, test.Suffix, buffer, no, onFault);
        }

        if (test.Middle.Count > 0)
        {
            ReadBeginning(place, buffer, onFault);
            code.Load(Reg.R4, Reg.Frame, place);
            code.Arithmetic(Opcode.Subtract, Reg.R4, test.Suffix.Count);
            LimitToBuffer(Reg.R4);
            code.Arithmetic(Opcode.Subtract, Reg.R4, test.Middle.Count - 1);
            Search(test, buffer, TextTest.MaxText, no);
        }

        Answer(no, end);
    }

    /// <summary>Tests the name of the thread.</summary>
    public void MatchComm(TextTest test, int buffer)
    {
        var no = new Label();
        var end = new Label();
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, buffer + CommBufferSize - CommSize);
        code.Set(Reg.R2, CommSize);
        code.Call(BpfFunction.GetCurrentComm);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, buffer);
        code.Set(Reg.R2, CommSize);
        code.Move(Reg.R3, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R3, buffer + CommBufferSize - CommSize);
        code.Call(BpfFunction.ProbeReadKernelStr);
        code.JumpIf(Opcode.IfLess, Reg.R0, 1, no);
        Match(test, buffer, CommSize, no, end);
    }

    /// <summary>Tests the text in the buffer. r0 is its length with its NUL; equal to the size when the text may go on.</summary>
    private void Match(TextTest test, int buffer, int size, Label no, Label end)
    {
        var prefix = test.Prefix.AsSpan();
        var suffix = test.Suffix.AsSpan();
        if (test.Length + 1 > size)
        {
            // The test is longer than any text that is captured.
            code.Jump(no);
        }
        else if (test.IsExact)
        {
            code.JumpIf(Opcode.IfNotEqual, Reg.R0, prefix.Length + 1, no);
            Compare(test, prefix, Reg.Frame, buffer, no);
        }
        else
        {
            code.JumpIf(Opcode.IfLess, Reg.R0, test.Length + 1, no);
            Compare(test, prefix, Reg.Frame, buffer, no);
            if (suffix.Length > 0)
            {
                // Where the text ends is only known when all of it is in the buffer.
                code.JumpIf(Opcode.IfGreater, Reg.R0, size == CommSize ? size : size - 1, no);
                code.Move(Reg.R1, Reg.Frame);
                code.Arithmetic(Opcode.Add, Reg.R1, Reg.R0);
                Compare(test, suffix, Reg.R1, buffer - 1 - suffix.Length, no);
            }

            if (test.Middle.Count > 0)
            {
                code.Move(Reg.R4, Reg.R0);
                code.Arithmetic(Opcode.Subtract, Reg.R4, suffix.Length + test.Middle.Count);
                Search(test, buffer, size - 1, no);
            }
        }

        Answer(no, end);
    }

    private void Answer(Label no, Label end)
    {
        code.Set(Reg.R0, 1);
        code.Jump(end);
        code.Place(no);
        code.Set(Reg.R0, 0);
        code.Place(end);
    }

    /// <summary>Compares as many bytes at the address in r3.</summary>
    private void CompareUser(TextTest test, EquatableArray<byte> expected, int buffer, Label unequal, Label onFault)
    {
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, buffer);
        code.Set(Reg.R2, expected.Count);
        code.Call(BpfFunction.ProbeReadUser);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, onFault);
        Compare(test, expected.AsSpan(), Reg.Frame, buffer, unequal);
    }

    /// <summary>Reads as much of a text with a length as is looked at, at most <see cref="TextTest.MaxText"/> bytes.</summary>
    private void ReadBeginning(int place, int buffer, Label onFault)
    {
        // Before 6.3 a helper may write a variable number of bytes only to stack that was written before
        // (check_stack_range_initialized in kernel/bpf/verifier.c).
        for (var at = 0; at < RecordLayout.Align(TextTest.MaxText); at += 8)
        {
            code.Store(Reg.Frame, buffer + at, 0, 8);
        }

        code.Load(Reg.R2, Reg.Frame, place);
        LimitToBuffer(Reg.R2);
        code.Load(Reg.R3, Reg.Frame, place + 8);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, buffer);
        code.Call(BpfFunction.ProbeReadUser);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, onFault);
    }

    private void LimitToBuffer(Reg length)
    {
        var fits = new Label();
        code.JumpIf(Opcode.IfBelowOrEqual, length, TextTest.MaxText, fits);
        code.Set(length, TextTest.MaxText);
        code.Place(fits);
    }

    /// <summary>
    /// Looks for the middle in the buffer, from after the prefix on; r4 is the index after the last one where it may begin. A
    /// loop, whose rounds the verifier counts by r5: it knows its value in each.
    /// </summary>
    private void Search(TextTest test, int buffer, int size, Label no)
    {
        var round = new Label();
        var next = new Label();
        var found = new Label();
        code.Set(Reg.R5, test.Prefix.Count);
        code.Place(round);
        code.JumpIf(Opcode.IfGreater, Reg.R5, size - test.Middle.Count, no);
        code.JumpIf(Opcode.IfGreaterOrEqual, Reg.R5, Reg.R4, no);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, Reg.R5);
        Compare(test, test.Middle.AsSpan(), Reg.R1, buffer, next);
        code.Jump(found);
        code.Place(next);
        code.Arithmetic(Opcode.Add, Reg.R5, 1);
        code.Jump(round);
        code.Place(found);
    }

    private void Compare(TextTest test, ReadOnlySpan<byte> expected, Reg address, int offset, Label unequal)
    {
        // 8 bytes at once where the address is known to be aligned, which it is from the frame pointer on.
        while (!test.IgnoresCase && address == Reg.Frame && expected.Length >= 8)
        {
            code.Load(Reg.R2, address, offset);
            code.Set(Reg.R3, BinaryPrimitives.ReadInt64LittleEndian(expected));
            code.JumpIf(Opcode.IfNotEqual, Reg.R2, Reg.R3, unequal);
            expected = expected[8..];
            offset += 8;
        }

        foreach (var one in expected)
        {
            code.Load(Reg.R2, address, offset++, 1);
            if (test.IgnoresCase && char.IsAsciiLetterLower((char)one))
            {
                code.Arithmetic(Opcode.Or, Reg.R2, LetterCase);
            }

            code.JumpIf(Opcode.IfNotEqual, Reg.R2, one, unequal);
        }
    }
}
