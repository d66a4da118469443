using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>In which order prefixes are changed, without a kernel.</summary>
public sealed class PrefixPlanTests
{
    [Fact]
    public void The_same_list_again_changes_nothing()
    {
        var random = new Random(1);
        var list = PrefixPlan.Effective(Some(random, 50), Some(random, 10));

        Assert.True(PrefixPlan.Between(list, list).IsEmpty);
    }

    [Fact]
    public void What_an_allowed_prefix_contains_is_not_in_the_table_as_denied() => Assert.Equal(
        [("10.0.0.0/8", true), ("10.1.0.0/16", false), ("192.0.2.0/24", false)],
        PrefixPlan.Effective(TrialFilter.Prefixes(
            "10.0.0.0/8", "10.1.2.0/24", "10.1.0.0/16", "192.0.2.7"), TrialFilter.Prefixes("10.1.0.0/16", "192.0.2.0/24"))
            .OrderBy(entry => entry.Key)
            .Select(entry => (entry.Key.ToString(), entry.Value)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void At_no_step_is_the_verdict_on_an_address_other_than_before_or_after(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var before = PrefixPlan.Effective(Some(random, 12), Some(random, 4));
            var after = PrefixPlan.Effective(Some(random, 12), Some(random, 4));
            var sources = Enumerable.Range(0, 40).Select(_ => RandomPrefix.Near(random, [.. before.Keys], [.. after.Keys])).ToList();
            var table = new Dictionary<IpPrefix, bool>(before);
            foreach (var step in Steps(PrefixPlan.Between(before, after)))
            {
                step(table);
                foreach (var source in sources)
                {
                    var verdict = IsDenied(table, source);
                    Assert.True(
                        verdict == IsDenied(before, source) || verdict == IsDenied(after, source),
                        $"seed {seed}, round {round}: {source}");
                }
            }

            Assert.Equal(after.OrderBy(entry => entry.Key), table.OrderBy(entry => entry.Key));
        }
    }

    private static IEnumerable<Action<Dictionary<IpPrefix, bool>>> Steps(PrefixPlan plan) =>
    [
        .. plan.Allow.Select(prefix => (Action<Dictionary<IpPrefix, bool>>)(table => table[prefix] = false)),
        .. plan.Deny.Select(prefix => (Action<Dictionary<IpPrefix, bool>>)(table => table[prefix] = true)),
        .. plan.Undeny.Concat(plan.Unallow).Select(prefix => (Action<Dictionary<IpPrefix, bool>>)(table => table.Remove(prefix))),
    ];

    private static bool IsDenied(Dictionary<IpPrefix, bool> table, IpAddress source) =>
        table.Where(entry => entry.Key.Contains(source))
            .OrderByDescending(entry => entry.Key.Length).Select(entry => entry.Value).FirstOrDefault();

    private static List<IpPrefix> Some(Random random, int most) =>
        [.. Enumerable.Range(0, random.Next(most)).Select(_ => RandomPrefix.Of(random))];
}
