using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// Checks what the first instructions of a function show against the convention: parameters are in argument registers in the order of
/// the source, and so are those on the stack (System V ABI, 3.2.3). Where optimised code sets a parameter from another one first, its
/// place gets that one's register.
/// </summary>
/// <param name="architecture">The processor.</param>
internal sealed class ParameterOrder(Architecture architecture)
{
    /// <summary>The parameters, without the places that were read from code and contradict the order.</summary>
    /// <param name="parameters">The parameters in the order of the source, with their places.</param>
    /// <param name="isFromCode">True for each whose place was read from code.</param>
    public IReadOnlyList<SiteVariable> Checked(IReadOnlyList<SiteVariable> parameters, IReadOnlyList<bool> isFromCode)
    {
        var registers = parameters.Select(parameter => RegistersOf(parameter.Place).ToList()).ToList();
        var stack = parameters.Select(parameter => StackOf(parameter.Place).ToList()).ToList();
        return
        [
            .. parameters.Select((parameter, i) => isFromCode[i] && !(IsInOrder(registers, i) && IsInOrder(stack, i))
                ? parameter with { Place = new LocationPiece.Missing(MissingReason.NotLive) }
                : parameter),
        ];
    }

    private static bool IsInOrder(List<List<long>> places, int index) => places[index].TrueForAll(own =>
        own >= 0 && places.Take(index).SelectMany(others => others).All(other => other < own)
        && places.Skip(index + 1).SelectMany(others => others).All(other => other > own));

    /// <summary>The places in the order of argument registers that a value takes; −1 for another register.</summary>
    private IEnumerable<long> RegistersOf(LocationPiece place) => place switch
    {
        LocationPiece.Value { Computed: Expr.Register register } => [architecture.ArgumentRegisters.ToList().IndexOf(register.Number)],
        LocationPiece.Memory { Address: Expr.Register register } => [architecture.ArgumentRegisters.ToList().IndexOf(register.Number)],
        LocationPiece.Pieces pieces => pieces.Parts.SelectMany(part => RegistersOf(part.Place)),
        _ => [],
    };

    /// <summary>The distance from the stack pointer of a value that the caller put on the stack.</summary>
    private IEnumerable<long> StackOf(LocationPiece place) => place switch
    {
        LocationPiece.Memory { Address: Expr.Binary { Left: Expr.Register register, Right: Expr.Constant distance } }
            when register.Number == architecture.StackPointer => [distance.Value],
        LocationPiece.Pieces pieces => pieces.Parts.SelectMany(part => StackOf(part.Place)),
        _ => [],
    };
}
