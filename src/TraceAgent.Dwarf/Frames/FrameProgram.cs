using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Frames;

/// <summary>
/// Carries out call frame instructions (DWARF 5, section 6.4.2) up to an address. Whatever the bytes say, it ends: each instruction
/// takes at least one of them.
/// </summary>
/// <param name="shared">The common part.</param>
internal sealed class FrameProgram(CommonFrame shared)
{
    private const int MaxRemembered = 32;
    private const int Expression = -1;

    private readonly Stack<FrameRow> _remembered = new();
    private FrameRow _row = new(Expression, 0, null);
    private FrameRow _initial;
    private int _watched = Expression;
    private long? _largest;
    private long? _atLastSave;

    /// <summary>The row at an address; null when the instructions are not understood.</summary>
    /// <param name="own">Instructions of the entry (FDE).</param>
    /// <param name="distance">Bytes from the start of the entry's code to the address.</param>
    public FrameRow? RowAt(ReadOnlySpan<byte> own, ulong distance)
    {
        if (!Run(shared.Instructions, ulong.MaxValue))
        {
            return null;
        }

        _initial = _row;
        return Run(own, distance) ? _row : null;
    }

    /// <summary>Distances from a register to the frame's address in the rows of an entry.</summary>
    /// <param name="own">Instructions of the entry (FDE).</param>
    /// <param name="register">DWARF number of the register.</param>
    /// <returns>
    /// The largest one, and that of the row in which the last register is saved: where the frame stands, while arguments that are pushed
    /// for calls move the stack pointer again. Null where no row counts from the register.
    /// </returns>
    public (long? Largest, long? AtLastSave) OffsetsOf(ReadOnlySpan<byte> own, int register)
    {
        _watched = register;
        return RowAt(own, ulong.MaxValue) is null ? default : (_largest, _atLastSave);
    }

    /// <returns>False when an instruction is not known, or cut.</returns>
    private bool Run(ReadOnlySpan<byte> instructions, ulong distance)
    {
        var reader = new Cursor(instructions);
        ulong at = 0;
        while (!reader.IsAtEnd)
        {
            var instruction = reader.Byte();
            var low = (ulong)(instruction & 0x3f);
            var isSave = instruction >> 6 == 2;
            switch (instruction >> 6)
            {
                case 1:
                    at += low * shared.CodeAlignment;
                    break;
                case 2:
                    SetOffset(low, (long)reader.Unsigned());
                    break;
                case 3:
                    Restore(low);
                    break;
                default:
                    if (!Extended(ref reader, instruction, ref at))
                    {
                        return false;
                    }

                    break;
            }

            if (reader.HasFailed)
            {
                return false;
            }

            if (_row.CfaRegister == _watched)
            {
                _largest = Math.Max(_largest ?? 0, _row.CfaOffset);
                _atLastSave = isSave && at > 0 ? _row.CfaOffset : _atLastSave;
            }

            if (at > distance)
            {
                return true;
            }
        }

        return true;
    }

    private bool Extended(ref Cursor reader, byte instruction, ref ulong at)
    {
        switch (instruction)
        {
            case 0x00 or 0x2d:
                return true;
            case 0x02:
                at += reader.Byte() * shared.CodeAlignment;
                return true;
            case 0x03:
                at += reader.UInt16() * shared.CodeAlignment;
                return true;
            case 0x04:
                at += reader.UInt32() * shared.CodeAlignment;
                return true;
            case 0x05:
                SetOffset(reader.Unsigned(), (long)reader.Unsigned());
                return true;
            case 0x11:
                SetOffset(reader.Unsigned(), reader.Signed());
                return true;
            case 0x06:
                Restore(reader.Unsigned());
                return true;
            case 0x07 or 0x08:
                Forget(reader.Unsigned());
                return true;
            case 0x09 or 0x14 or 0x15:
                Forget(reader.Unsigned());
                reader.Unsigned();
                return true;
            case 0x0a:
                _remembered.Push(_row);
                return _remembered.Count <= MaxRemembered;
            case 0x0b:
                return _remembered.TryPop(out _row);
            case 0x0c:
                _row = _row with { CfaRegister = Register(reader.Unsigned()), CfaOffset = (long)reader.Unsigned() };
                return true;
            case 0x12:
                _row = _row with { CfaRegister = Register(reader.Unsigned()), CfaOffset = reader.Signed() * shared.DataAlignment };
                return true;
            case 0x0d:
                _row = _row with { CfaRegister = Register(reader.Unsigned()) };
                return true;
            case 0x0e:
                _row = _row with { CfaOffset = (long)reader.Unsigned() };
                return true;
            case 0x13:
                _row = _row with { CfaOffset = reader.Signed() * shared.DataAlignment };
                return true;
            case 0x0f:
                _row = _row with { CfaRegister = Expression };
                reader.Skip(reader.Unsigned());
                return true;
            case 0x10 or 0x16:
                Forget(reader.Unsigned());
                reader.Skip(reader.Unsigned());
                return true;
            case 0x2e:
                reader.Unsigned();
                return true;
            default:
                return false;
        }
    }

    private static int Register(ulong number) => number <= int.MaxValue ? (int)number : Expression;

    private void SetOffset(ulong register, long factored)
    {
        if (register == shared.ReturnAddress)
        {
            _row = _row with { ReturnAddressAt = factored * shared.DataAlignment };
        }
    }

    private void Restore(ulong register)
    {
        if (register == shared.ReturnAddress)
        {
            _row = _row with { ReturnAddressAt = _initial.ReturnAddressAt };
        }
    }

    private void Forget(ulong register)
    {
        if (register == shared.ReturnAddress)
        {
            _row = _row with { ReturnAddressAt = null };
        }
    }
}
