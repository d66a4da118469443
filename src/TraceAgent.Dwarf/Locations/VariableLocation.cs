using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
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
    private readonly LocationPiece? _frameBase;

    /// <summary>Makes a finder.</summary>
    /// <param name="function">The function whose code the address is: the physical one, not an inlined call.</param>
    /// <param name="address">The address.</param>
    /// <param name="architecture">The processor.</param>
    /// <param name="frame">The unwind row at the address.</param>
    public VariableLocation(Entry function, ulong address, Architecture architecture, FrameRow? frame)
    {
        _address = address;
        _isEntry = EntryOf(function) == address;
        _architecture = architecture;
        _frame = frame;
        var places = new List<LocationEntry>();
        if (LocationList.Read(function, AttributeName.FrameBase, places) && PlaceAt(places) is { } place)
        {
            var context = new LocationContext(function.Unit, architecture, frame);
            _frameBase = ExpressionMachine.Run(place.BytesIn(function.Unit.Owner.Sections), context);
        }
    }

    /// <summary>Where the value of a variable is.</summary>
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

        var context = new LocationContext(variable.Unit, _architecture, _frame, _frameBase);
        return ExpressionMachine.Run(place.BytesIn(variable.Unit.Owner.Sections), context);
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
            else if (place.Range.Holds(_address) || (_isEntry && place.IsEmpty && place.Range.Start == _address))
            {
                return place;
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
