using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Locations;

/// <summary>One operation of an expression with its operands. DWARF 5, section 7.7.1, and what GNU added before.</summary>
/// <param name="Code">The <c>DW_OP_</c> constant.</param>
/// <param name="First">The first operand, extended by its sign if it has one.</param>
/// <param name="Second">The second operand.</param>
/// <param name="BlockAt">Bytes from the start of the expression to the block that the operation holds.</param>
/// <param name="BlockLength">Bytes of the block.</param>
internal readonly record struct Operation(byte Code, ulong First, ulong Second = 0, int BlockAt = 0, int BlockLength = 0)
{
    /// <summary>Reads an operation; null when it is not known or cut.</summary>
    public static Operation? TryRead(ref Cursor cursor, UnitFormat format)
    {
        var code = cursor.Byte();
        Operation? operation = code switch
        {
            Op.Address => new(code, cursor.Fixed(format.AddressSize)),
            Op.Const1u or Op.Pick or Op.DerefSize or Op.XderefSize => new(code, cursor.Byte()),
            Op.Const1s => new(code, (ulong)(sbyte)cursor.Byte()),
            Op.Const2u or Op.Call2 => new(code, cursor.UInt16()),
            Op.Const2s or Op.Branch or Op.Skip => new(code, (ulong)(short)cursor.UInt16()),
            Op.Const4u or Op.Call4 or Op.GnuParameterReference => new(code, cursor.UInt32()),
            Op.Const4s => new(code, (ulong)(int)cursor.UInt32()),
            Op.Const8u or Op.Const8s => new(code, cursor.UInt64()),
            Op.Constu or Op.PlusConstant or Op.RegisterX or Op.Piece or Op.AddressIndex or Op.ConstantIndex or Op.Convert
                or Op.Reinterpret or Op.GnuConvert or Op.GnuReinterpret or Op.GnuAddressIndex or Op.GnuConstantIndex =>
                new(code, cursor.Unsigned()),
            Op.Consts or Op.FrameBase or (>= Op.BaseRegister0 and <= Op.BaseRegister31) => new(code, (ulong)cursor.Signed()),
            Op.BaseRegisterX => new(code, cursor.Unsigned(), (ulong)cursor.Signed()),
            Op.BitPiece or Op.RegisterOfType or Op.GnuRegisterOfType => new(code, cursor.Unsigned(), cursor.Unsigned()),
            Op.DerefType or Op.XderefType or Op.GnuDerefType => new(code, cursor.Byte(), cursor.Unsigned()),
            Op.ImplicitValue or Op.EntryValue or Op.GnuEntryValue => WithBlock(ref cursor, code, 0, cursor.Unsigned()),
            Op.ConstantOfType or Op.GnuConstantOfType => WithBlock(ref cursor, code, cursor.Unsigned(), cursor.Byte()),
            Op.ImplicitPointer or Op.GnuImplicitPointer => new(
                code, format.Version == 2 ? cursor.Fixed(format.AddressSize) : cursor.Offset(format.Is64), (ulong)cursor.Signed()),
            Op.CallReference or Op.GnuVariableValue => new(code, cursor.Offset(format.Is64)),
            Op.Deref or (>= Op.Duplicate and <= Op.Over) or (>= Op.Swap and <= Op.PlusConstant - 1)
                or (>= Op.ShiftLeft and <= Op.Xor) or (>= Op.Equal and <= Op.NotEqual) or (>= Op.Literal0 and <= Op.Register31)
                or Op.Nop or Op.PushObjectAddress or Op.ThreadLocal or Op.FrameAddress or Op.StackValue or Op.GnuThreadLocal
                or Op.GnuUninitialized => new(code, 0),
            _ => null,
        };
        return cursor.HasFailed ? null : operation;
    }

    private static Operation WithBlock(ref Cursor cursor, byte code, ulong first, ulong length)
    {
        var position = cursor.Position;
        cursor.Skip(length);
        return new Operation(code, first, 0, position, cursor.HasFailed ? 0 : (int)length);
    }
}

/// <summary>Codes of operations. DWARF 5, section 7.7.1.</summary>
internal static class Op
{
    public const byte Address = 0x03;
    public const byte Deref = 0x06;
    public const byte Const1u = 0x08;
    public const byte Const1s = 0x09;
    public const byte Const2u = 0x0a;
    public const byte Const2s = 0x0b;
    public const byte Const4u = 0x0c;
    public const byte Const4s = 0x0d;
    public const byte Const8u = 0x0e;
    public const byte Const8s = 0x0f;
    public const byte Constu = 0x10;
    public const byte Consts = 0x11;
    public const byte Duplicate = 0x12;
    public const byte Drop = 0x13;
    public const byte Over = 0x14;
    public const byte Pick = 0x15;
    public const byte Swap = 0x16;
    public const byte Rotate = 0x17;
    public const byte Absolute = 0x19;
    public const byte And = 0x1a;
    public const byte Divide = 0x1b;
    public const byte Minus = 0x1c;
    public const byte Modulo = 0x1d;
    public const byte Multiply = 0x1e;
    public const byte Negate = 0x1f;
    public const byte Not = 0x20;
    public const byte Or = 0x21;
    public const byte Plus = 0x22;
    public const byte PlusConstant = 0x23;
    public const byte ShiftLeft = 0x24;
    public const byte ShiftRight = 0x25;
    public const byte ShiftRightArithmetic = 0x26;
    public const byte Xor = 0x27;
    public const byte Branch = 0x28;
    public const byte Equal = 0x29;
    public const byte GreaterOrEqual = 0x2a;
    public const byte Greater = 0x2b;
    public const byte LessOrEqual = 0x2c;
    public const byte Less = 0x2d;
    public const byte NotEqual = 0x2e;
    public const byte Skip = 0x2f;
    public const byte Literal0 = 0x30;
    public const byte Literal31 = 0x4f;
    public const byte Register0 = 0x50;
    public const byte Register31 = 0x6f;
    public const byte BaseRegister0 = 0x70;
    public const byte BaseRegister31 = 0x8f;
    public const byte RegisterX = 0x90;
    public const byte FrameBase = 0x91;
    public const byte BaseRegisterX = 0x92;
    public const byte Piece = 0x93;
    public const byte DerefSize = 0x94;
    public const byte XderefSize = 0x95;
    public const byte Nop = 0x96;
    public const byte PushObjectAddress = 0x97;
    public const byte Call2 = 0x98;
    public const byte Call4 = 0x99;
    public const byte CallReference = 0x9a;
    public const byte ThreadLocal = 0x9b;
    public const byte FrameAddress = 0x9c;
    public const byte BitPiece = 0x9d;
    public const byte ImplicitValue = 0x9e;
    public const byte StackValue = 0x9f;
    public const byte ImplicitPointer = 0xa0;
    public const byte AddressIndex = 0xa1;
    public const byte ConstantIndex = 0xa2;
    public const byte EntryValue = 0xa3;
    public const byte ConstantOfType = 0xa4;
    public const byte RegisterOfType = 0xa5;
    public const byte DerefType = 0xa6;
    public const byte XderefType = 0xa7;
    public const byte Convert = 0xa8;
    public const byte Reinterpret = 0xa9;
    public const byte GnuThreadLocal = 0xe0;
    public const byte GnuUninitialized = 0xf0;
    public const byte GnuImplicitPointer = 0xf2;
    public const byte GnuEntryValue = 0xf3;
    public const byte GnuConstantOfType = 0xf4;
    public const byte GnuRegisterOfType = 0xf5;
    public const byte GnuDerefType = 0xf6;
    public const byte GnuConvert = 0xf7;
    public const byte GnuReinterpret = 0xf9;
    public const byte GnuParameterReference = 0xfa;
    public const byte GnuAddressIndex = 0xfb;
    public const byte GnuConstantIndex = 0xfc;
    public const byte GnuVariableValue = 0xfd;
}
