using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Locations;

/// <summary>The part for branches: both ways are run to the end, and a probe computes the one that is taken.</summary>
internal ref partial struct ExpressionMachine
{
    private const int MaxBranches = 4;
    private const int MaxNodes = 256;

    /// <summary>The place that the rest of the expression says, with the way that a condition takes; missing where it is none.</summary>
    private LocationPiece AfterBranch(Operation operation)
    {
        var condition = Pop();
        var from = _cursor.Position;
        _cursor = new Cursor(_expression, _expression.Length);
        if (condition is not { } decides || _branches >= MaxBranches || Target(operation, from) is not { } to)
        {
            return new LocationPiece.Missing(MissingReason.Branches);
        }

        var taken = new ExpressionMachine(this, to);
        var passed = new ExpressionMachine(this, from);
        var (then, otherwise) = (taken.Rest(out var thenEnd), passed.Rest(out var otherwiseEnd));
        if ((taken._failure ?? passed._failure) is { } failure)
        {
            return new LocationPiece.Missing(failure);
        }

        return (then, otherwise) switch
        {
            _ when thenEnd is not null || otherwiseEnd is not null => new LocationPiece.Missing(MissingReason.Branches),
            (LocationPiece.Memory one, LocationPiece.Memory other) => Selected(one.Address, other.Address) is { } address
                ? new LocationPiece.Memory(address)
                : new LocationPiece.Missing(MissingReason.TooComplex),
            (LocationPiece.Value one, LocationPiece.Value other) => Selected(one.Computed, other.Computed) is { } value
                ? new LocationPiece.Value(value)
                : new LocationPiece.Missing(MissingReason.TooComplex),
            (LocationPiece.Missing missing, _) => missing,
            (_, LocationPiece.Missing missing) => missing,
            _ => new LocationPiece.Missing(MissingReason.Branches),
        };

        Expr? Selected(Expr one, Expr other) =>
            decides.Nodes + one.CountNodes() + other.CountNodes() < MaxNodes ? new Expr.Select(decides.Value, one, other) : null;
    }

    /// <summary>The place that a branch or skip leads to; null for one that leads back, or out.</summary>
    private readonly int? Target(Operation operation, int from)
    {
        var to = from + (short)operation.First;
        return to >= from && to <= _expression.Length ? to : null;
    }
}
