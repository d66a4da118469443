using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Frames;

namespace TraceAgent.Dwarf.Locations;

/// <summary>Finds the values of variables at one address of a function.</summary>
internal sealed class VariableLocation
{
    private readonly ulong _address;
    private readonly bool _isEntry;
    private readonly Architecture _architecture;
    private readonly FrameRow? _frame;
    private readonly FrameEntry? _entry;
    private readonly LocationPiece? _frameBase;

    // DWARF number of the register that frame offsets count from; null for the canonical frame address.
    private readonly int? _frameRegister;
    private readonly bool _isGo;
    private readonly Unit _unit;
    private ulong? _prologueEnd;
    private bool _isInPointee;

    // True where the value before the first line counts: lines of which no code is left may change it at the same address.
    private bool _isBeforeLines;

    /// <summary>Makes a finder.</summary>
    /// <param name="function">The function whose code the address is: the physical one, not an inlined call.</param>
    /// <param name="address">The address.</param>
    /// <param name="architecture">The processor.</param>
    /// <param name="frame">The unwind entry of the address.</param>
    public VariableLocation(Entry function, ulong address, Architecture architecture, FrameEntry? frame)
    {
        _address = address;
        var entry = EntryOf(function);
        (Entry, _isEntry) = (entry ?? 0, entry == address);
        _unit = function.Unit;
        _isGo = function.Unit.IsGo();
        if (function.Block(AttributeName.FrameBase) is [>= Op.Register0 and <= Op.Register31 and var register])
        {
            _frameRegister = register - Op.Register0;
        }

        _architecture = architecture;
        (_entry, _frame) = (frame, frame?.RowAt(address));
        var places = new List<LocationEntry>();
        if (LocationList.Read(function, AttributeName.FrameBase, places) && PlaceAt(places) is { } place)
        {
            var context = new LocationContext(function.Unit, architecture, _frame);
            _frameBase = ExpressionMachine.Run(place.BytesIn(function.Unit.Owner.Sections), context);
        }
    }

    /// <summary>The address where the function begins; 0 when it is not known.</summary>
    public ulong Entry { get; }

    /// <summary>The location of a variable.</summary>
    /// <param name="variable">A variable or parameter of a scope around the address.</param>
    /// <param name="places">Takes all places of the variable, at whatever address.</param>
    public LocationPiece Of(Entry variable, List<LocationEntry> places)
    {
        if (!LocationList.Read(variable, AttributeName.Location, places))
        {
            return ConstantOf(variable);
        }

        if (PlaceAt(places) is not { Length: > 0 } place)
        {
            return new LocationPiece.Missing(
                places.Exists(other => other.Length > 0) ? MissingReason.NotLive : MissingReason.OptimisedOut);
        }

        var context = new LocationContext(variable.Unit, _architecture, _frame, _frameBase) { IsEntry = _isEntry };
        var found = ExpressionMachine.Run(place.BytesIn(variable.Unit.Owner.Sections), context);
        return found is LocationPiece.Pointee pointee ? PointerTo(variable.Unit, pointee) : found;
    }

    /// <summary>
    /// A pointer that is nowhere, by what it leads to at the same address (DWARF 5, section 2.6.1.1.4): one step, since what that leads to
    /// may be nowhere again.
    /// </summary>
    private LocationPiece PointerTo(Unit unit, LocationPiece.Pointee pointee)
    {
        if (_isInPointee || unit.Owner.EntryAt(pointee.Entry) is not { Tag: Tag.Variable or Tag.FormalParameter } target)
        {
            return new LocationPiece.Missing(MissingReason.NotUnderstood);
        }

        _isInPointee = true;
        var place = Of(target, []);
        _isInPointee = false;
        return place switch
        {
            LocationPiece.Memory memory => new LocationPiece.Value(Operand.Of(memory.Address).Plus(pointee.Offset).Value),
            LocationPiece.Static known => new LocationPiece.Value(new Expr.FileAddress(known.Address + (ulong)pointee.Offset)),
            LocationPiece.Missing missing => missing,
            _ => new LocationPiece.PointerTo(place, pointee.Offset),
        };
    }

    /// <summary>The location of a variable that is not of one call; null for every other one.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="architecture">The processor.</param>
    public static LocationPiece? OfStatic(Entry variable, Architecture architecture)
    {
        if (variable.IsSet(AttributeName.Declaration))
        {
            return null;
        }

        var expression = variable.Block(AttributeName.Location);
        var place = expression.IsEmpty
            ? ConstantOf(variable)
            : ExpressionMachine.Run(expression, new LocationContext(variable.Unit, architecture, frame: null));
        return place is LocationPiece.Static or LocationPiece.ThreadLocal or LocationPiece.Bytes
            or LocationPiece.Value { Computed: Expr.Constant }
            ? place
            : null;
    }

    /// <summary>
    /// The location of a parameter before the function's first instructions have run. One place for the whole function, as
    /// compilers write it where they do not optimise, is often one that only these instructions fill.
    /// </summary>
    /// <param name="parameter">A parameter of the function.</param>
    /// <param name="prologueEnd">The address where the line table says that the frame stands; null when it does not.</param>
    public LocationPiece OnEntry(Entry parameter, ulong? prologueEnd)
    {
        _prologueEnd = prologueEnd;
        _isBeforeLines = _isEntry;
        var place = Of(parameter, []);
        var expression = parameter.Block(AttributeName.Location);
        if (expression.IsEmpty)
        {
            return place;
        }

        var cursor = new Cursor(expression);
        var first = Operation.TryRead(ref cursor, parameter.Unit.Format);
        var isAlone = cursor.IsAtEnd;
        return first switch
        {
            { Code: Op.FrameBase } slot when isAlone => Slot(_frameRegister, (long)slot.First, isIndirect: false),
            { Code: Op.FrameBase } slot when expression[cursor.Position..] is [Op.Deref] =>
                Slot(_frameRegister, (long)slot.First, isIndirect: true),
            { Code: >= Op.BaseRegister0 and <= Op.BaseRegister31 } slot when isAlone =>
                Slot(slot.Code - Op.BaseRegister0, (long)slot.First, isIndirect: false),
            { Code: >= Op.Register0 and <= Op.Register31 } register
                when isAlone && !_architecture.PassesArgumentsIn(register.Code - Op.Register0) =>
                new LocationPiece.Missing(MissingReason.NotLive),
            _ when place is LocationPiece.Memory => new LocationPiece.Missing(MissingReason.NotLive),
            _ => place,
        };
    }

    /// <summary>
    /// The values that the caller put on the stack lie above the canonical frame address, and is there on entry. Go reserves room there for
    /// what it passes in registers, too.
    /// </summary>
    /// <param name="register">DWARF number of the register from which it is counted; null for the frame's address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="isIndirect">True when the address of the value lies there.</param>
    private LocationPiece Slot(int? register, long offset, bool isIndirect)
    {
        if (register is { } counted && _entry?.FrameOf(counted, counted == _architecture.StackPointer, _prologueEnd) is { } distance)
        {
            (register, offset) = (null, offset - distance);
        }

        if (register is not null || offset < 0 || _isGo
            || new LocationContext(_unit, _architecture, _frame).FrameAddress?.Plus(offset) is not { } address)
        {
            return new LocationPiece.FrameSlot(register, offset, isIndirect);
        }

        return new LocationPiece.Memory(isIndirect ? address.Load(sizeof(ulong), isSigned: false).Value : address.Value);
    }

    private LocationEntry? PlaceAt(List<LocationEntry> places)
    {
        LocationEntry? otherwise = null;
        foreach (var place in places)
        {
            if (place.IsDefault)
            {
                otherwise = place;
            }
            else if (place.Range.Holds(_address))
            {
                return place;
            }
            else if (_isEntry && place.IsEmpty && place.Range.Start == _address)
            {
                if (_isBeforeLines)
                {
                    return place;
                }

                // Nothing has run yet, so what it had before these lines is still there.
                otherwise ??= place;
            }
        }

        return otherwise;
    }

    private static ulong? EntryOf(Entry function)
    {
        var ranges = new List<AddressRange>();
        AddressRanges.Read(function, ranges);
        return ranges.Count > 0 ? ranges[0].Start : null;
    }

    /// <summary>The value that a variable always has, which inlined calls inherit.</summary>
    private static LocationPiece ConstantOf(Entry variable)
    {
        if (variable.WithInherited(AttributeName.ConstantValue) is not { } entry
            || entry.Find(AttributeName.ConstantValue) is not { } value)
        {
            return new LocationPiece.Missing(MissingReason.OptimisedOut);
        }

        if (value.IsConstant)
        {
            return new LocationPiece.Value(new Expr.Constant(value.Signed));
        }

        var bytes = value.IsBlock ? entry.Block(AttributeName.ConstantValue) : entry.Text(AttributeName.ConstantValue);
        return bytes.IsEmpty
            ? new LocationPiece.Missing(MissingReason.NotUnderstood)
            : new LocationPiece.Bytes([.. bytes]);
    }
}
