using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Lines;

/// <summary>
/// Runs a line program row by row. DWARF 5, section 6.2.5. It ends whatever the bytes say: each instruction takes at least one of
/// them.
/// </summary>
internal ref struct LineProgram
{
    private const byte SetAddress = 2;
    private const byte EndSequence = 1;

    private readonly LineHeader _header;
    private readonly byte _addressSize;
    private Cursor _cursor;
    private ulong _address;
    private ulong _file;
    private uint _line;
    private uint _column;
    private bool _isStatement;
    private bool _isPrologueEnd;

    public LineProgram(LineHeader header)
    {
        _header = header;
        _addressSize = (byte)header.Format.AddressSize;
        _cursor = new Cursor(header.Section[..header.End], header.Start);
        Reset();
    }

    public LineRow Current { get; private set; }

    /// <summary>True when the sequence of the current row is of code that the linker removed.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>Runs to the next row; false at the end.</summary>
    public bool MoveNext()
    {
        if (Current.EndsSequence)
        {
            Current = default;
            Reset();
        }

        while (!_cursor.IsAtEnd)
        {
            var code = _cursor.Byte();
            if (code >= _header.OpcodeBase)
            {
                var step = code - _header.OpcodeBase;
                Advance((ulong)(step / _header.LineRange));
                _line += (uint)(_header.LineBase + (step % _header.LineRange));
                Emit(endsSequence: false);
                return true;
            }

            if (code == 0 ? Extended() : Standard(code))
            {
                return true;
            }
        }

        return false;
    }

    private void Reset()
    {
        (_address, _file, _line, _column) = (0, 1, 1, 0);
        _isStatement = _header.IsStatementAtStart;
        _isPrologueEnd = false;
        IsRemoved = false;
    }

    private void Advance(ulong steps) => _address += steps * _header.MinimumInstruction;

    private void Emit(bool endsSequence)
    {
        Current = new LineRow
        {
            Address = _address,
            File = _file,
            Line = _line,
            Column = _column,
            IsStatement = _isStatement,
            EndsSequence = endsSequence,
            IsPrologueEnd = _isPrologueEnd,
        };
        _isPrologueEnd = false;
    }

    /// <returns>True when there is a row.</returns>
    private bool Standard(byte code)
    {
        switch (code)
        {
            case 1:
                Emit(endsSequence: false);
                return true;
            case 2:
                Advance(_cursor.Unsigned());
                break;
            case 3:
                _line += (uint)_cursor.Signed();
                break;
            case 4:
                _file = _cursor.Unsigned();
                break;
            case 5:
                _column = (uint)_cursor.Unsigned();
                break;
            case 6:
                _isStatement = !_isStatement;
                break;
            case 7 or 11:
                // DW_LNS_set_basic_block and DW_LNS_set_epilogue_begin set columns that are not read here.
                break;
            case 8:
                Advance((ulong)((byte.MaxValue - _header.OpcodeBase) / _header.LineRange));
                break;
            case 9:
                _address += _cursor.UInt16();
                break;
            case 10:
                _isPrologueEnd = true;
                break;
            default:
                for (var left = code <= _header.OperandCounts.Length ? _header.OperandCounts[code - 1] : 0; left > 0; left--)
                {
                    _cursor.Unsigned();
                }

                break;
        }

        return false;
    }

    /// <returns>True when there is a row.</returns>
    private bool Extended()
    {
        var length = _cursor.Unsigned();
        if (length == 0)
        {
            return false;
        }

        var end = (ulong)_cursor.Position + length;
        var code = _cursor.Byte();
        if (code == SetAddress && length == _addressSize + 1UL)
        {
            _address = _cursor.Fixed(_addressSize);
            IsRemoved = Tombstone.Is(_address, _addressSize);
            return false;
        }

        _cursor.Skip(end - (ulong)_cursor.Position);
        if (code != EndSequence || _cursor.HasFailed)
        {
            return false;
        }

        Emit(endsSequence: true);
        return true;
    }
}
