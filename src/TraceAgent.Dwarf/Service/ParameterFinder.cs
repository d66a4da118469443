using System.Text;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Scopes;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>Finds the parameters of functions at their entries.</summary>
/// <param name="types">Takes their types.</param>
/// <param name="architecture">The processor.</param>
internal sealed class ParameterFinder(ShapeReader types, Architecture architecture)
{
    private const int MaxParameters = 256;
    private const string ResultName = "ret";

    /// <summary>Parameters and result of a function.</summary>
    /// <param name="function">The function with code of its own.</param>
    /// <param name="address">The address of its first instruction.</param>
    /// <param name="places">Finds values at that address.</param>
    /// <param name="prologueEnd">The address where the line table says that the frame stands; null when it does not.</param>
    public FunctionParameters Of(Entry function, ulong address, VariableLocation places, ulong? prologueEnd)
    {
        var parameters = new List<SiteVariable>();
        var takesMore = TakesMore(function) || (function.Reference(AttributeName.AbstractOrigin) is { } origin && TakesMore(origin));
        foreach (var (parameter, isThere) in Parameters(function))
        {
            takesMore |= parameters.Count == MaxParameters || IsHidden(parameter);
            if (parameters.Count < MaxParameters && !IsHidden(parameter))
            {
                parameters.Add(new SiteVariable(
                    Encoding.UTF8.GetString(parameter.Name()),
                    types.Of(parameter),
                    isThere ? places.OnEntry(parameter, prologueEnd) : new LocationPiece.Missing(MissingReason.OptimisedOut)));
            }
        }

        return new FunctionParameters(address, [.. parameters], ResultOf(function)) { TakesMore = takesMore };
    }

    /// <summary>True for C's <c>...</c>. DWARF 5, section 3.3.1.</summary>
    private static bool TakesMore(Entry function)
    {
        var walk = new EntryWalk(function);
        while (walk.MoveNext())
        {
            if (walk.Current.Tag == Tag.UnspecifiedParameters)
            {
                return true;
            }

            walk.SkipChildren();
        }

        return false;
    }

    private SiteVariable? ResultOf(Entry function) => types.Of(function) is { } type && ShapeReader.TypeOf(function) is { } entry
        ? new SiteVariable(ResultName, type, ReturnPlace.Of(function, entry, architecture))
        : null;

    /// <summary>
    /// The parameters of a function; those of its declaration that its code does not have, too, where the compiler dropped them.
    /// </summary>
    private static IEnumerable<(Entry Parameter, bool IsThere)> Parameters(Entry function)
    {
        var own = ScopeChain.VariablesOf(function).Where(entry => entry.Tag == Tag.FormalParameter).ToList();
        if (function.Reference(AttributeName.AbstractOrigin) is not { } origin)
        {
            return own.Select(entry => (entry, true));
        }

        var byOrigin = new Dictionary<(DebugEntries Owner, int Offset), Entry>();
        foreach (var entry in own)
        {
            if (entry.Reference(AttributeName.AbstractOrigin) is { } named)
            {
                byOrigin.TryAdd((named.Unit.Owner, named.Offset), entry);
            }
        }

        var declared = ScopeChain.VariablesOf(origin).Where(entry => entry.Tag == Tag.FormalParameter).ToList();
        return declared.Count < byOrigin.Count
            ? own.Select(entry => (entry, true))
            : declared.Select(
                entry => byOrigin.TryGetValue((entry.Unit.Owner, entry.Offset), out var code) ? (code, true) : (entry, false));
    }

    /// <summary>True for what the compiler adds, but not <c>this</c>, and for the results that Go lists among the parameters.</summary>
    private static bool IsHidden(Entry parameter) =>
        (parameter.WithInherited(AttributeName.Artificial)?.IsSet(AttributeName.Artificial) == true
            && !parameter.Name().SequenceEqual("this"u8))
        || parameter.IsSet(AttributeName.VariableParameter);
}
