using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding.Plans;

/// <summary>
/// Lowers terms to what the kernel computes. They name only what there is at these sites: see <see cref="MissingValues"/>.
/// </summary>
internal sealed class TermLowering(PlaceScope place)
{
    /// <summary>Lowers a term where all that it names is at hand.</summary>
    public Expr Lower(Term term) => Lower(term, _ => null);

    /// <summary>
    /// Lowers a term that is computed on return of a call. Each largest part that names arguments or variables but nothing of the
    /// return is left to <paramref name="onEntry"/>; of a <see cref="Term.OnReturn"/>, only arguments and variables of the call.
    /// </summary>
    public Expr LowerOnReturn(Term term, Func<Expr, Expr> onEntry) =>
        Lower(term, part => part.IsOfMoment && !part.NeedsReturn ? onEntry(Lower(part)) : null);

    private Expr Lower(Term term, Func<Term, Expr?> replace) => replace(term) ?? term switch
    {
        Term.Number number => new Expr.Constant(number.Value),
        Term.Argument argument => place.Argument(argument.Index).Read ?? throw Missing($"argument {argument.Index + 1}"),
        Term.Result result => place.Result(result.Part).Read ?? throw Missing($"word {result.Part + 1} of a return value"),
        Term.Placed placed => placed.Read,
        Term.Global global => global.Read,
        Term.Errno => place.Abi.Errno?.Read ?? throw Missing("errno"),
        Term.Special special => new Expr.Special(special.Value),
        Term.AncestorCgroup ancestor => new Expr.AncestorCgroup(ancestor.Level),
        Term.Unary unary => new Expr.Unary(unary.Operator, Lower(unary.Operand, replace)),
        Term.Binary binary => new Expr.Binary(binary.Operator, Lower(binary.Left, replace), Lower(binary.Right, replace)),
        Term.Load load => new Expr.Load(Lower(load.Address, replace), load.Size, load.Signed),
        Term.Extend extend => new Expr.Extend(Lower(extend.Operand, replace), extend.Size, extend.Signed),
        Term.TextMatch match =>
            new Expr.TextMatch(Lower(match.Address, replace), match.Test, match.Length is { } length ? Lower(length, replace) : null),
        Term.OnReturn late => Lower(late.Operand, part => part.IsVariable ? replace(part) : null),
        Term.CommMatch match => new Expr.CommMatch(match.Test),
        _ => throw new ArgumentOutOfRangeException(nameof(term)),
    };

    private static InvalidOperationException Missing(string what) => new($"there is no {what} at these sites");
}
