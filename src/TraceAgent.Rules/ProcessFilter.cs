using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules;

/// <summary>
/// The processes that a rule logs, of those that run its binary: the <c>target</c> of a rule. A process passes when it is one of
/// each kind that is named; an empty kind asks for nothing.
/// </summary>
/// <param name="Pids">Process IDs.</param>
/// <param name="Processes">Tests of the thread's name.</param>
/// <param name="Users">Names, or numbers in digits.</param>
/// <param name="Cgroups">Paths in the cgroup file system, or numbers in digits.</param>
/// <param name="Containers">First digits of container IDs.</param>
public sealed record ProcessFilter(
    EquatableArray<long> Pids,
    EquatableArray<TextTest> Processes,
    EquatableArray<string> Users,
    EquatableArray<string> Cgroups,
    EquatableArray<string> Containers)
{
    /// <summary>The condition by which the kernel decides.</summary>
    /// <param name="users">The IDs of <see cref="Users"/>.</param>
    /// <param name="cgroups">The cgroups of <see cref="Cgroups"/> and <see cref="Containers"/>; those below belong to them.</param>
    public Term? Condition(IReadOnlyCollection<uint> users, IReadOnlyCollection<CgroupPlace> cgroups)
    {
        Term?[] kinds =
        [
            Any(Pids.Select(pid => Equal(new Term.Special(SpecialValue.Pid), pid))),
            Any(Processes.Select(Term (test) => new Term.CommMatch(test))),
            Any(users.Select(uid => Equal(new Term.Special(SpecialValue.Uid), uid))),
            Any(cgroups.Select(
                one => Equal(one.Level is { } level ? new Term.AncestorCgroup(level) : new Term.Special(SpecialValue.Cgroup), one.Id))),
        ];
        return kinds.OfType<Term>().Aggregate(
            (Term?)null, (all, kind) => all is null ? kind : new Term.Binary(BinaryOperator.AndAlso, all, kind));
    }

    private static Term.Binary Equal(Term value, long number) => new(BinaryOperator.Equal, value, new Term.Number(number));

    private static Term? Any(IEnumerable<Term> tests) =>
        tests.Aggregate((Term?)null, (any, test) => any is null ? test : new Term.Binary(BinaryOperator.OrElse, any, test));
}

/// <summary>A cgroup as the kernel knows it.</summary>
/// <param name="Id">The inode of its folder.</param>
/// <param name="Level">
/// The number of folders below the root; null when that is not known, and cgroups below it do not belong to it.
/// </param>
public sealed record CgroupPlace(long Id, int? Level);
