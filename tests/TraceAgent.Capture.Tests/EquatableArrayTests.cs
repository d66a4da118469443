using CsCheck;

namespace TraceAgent.Capture.Tests;

public sealed class EquatableArrayTests
{
    private static readonly Gen<int[]> Lists = Gen.Int[0, 2].Array[0, 4];

    [Fact]
    public void Two_are_equal_exactly_when_their_items_are_in_order() =>
        Gen.Select(Lists, Lists).Sample((a, b) =>
        {
            var (left, right) = (a.ToEquatableArray(), b.ToEquatableArray());
            Assert.Equal(a.SequenceEqual(b), left == right);
            Assert.Equal(a.SequenceEqual(b), left.Equals((object)right));
            Assert.Equal(!a.SequenceEqual(b), left != right);
        });

    [Fact]
    public void Equal_ones_have_the_same_hash() =>
        Lists.Sample(
            items => Assert.Equal(items.ToEquatableArray().GetHashCode(), ((int[])items.Clone()).ToEquatableArray().GetHashCode()));

    [Fact]
    public void Order_counts_in_the_hash_too() =>
        Assert.NotEqual(((EquatableArray<int>)[1, 2]).GetHashCode(), ((EquatableArray<int>)[2, 1]).GetHashCode());

    [Fact]
    public void One_that_was_never_made_is_an_empty_one()
    {
        EquatableArray<int> empty = [];

        Assert.Equal(empty, default);
        Assert.Equal(empty.GetHashCode(), default(EquatableArray<int>).GetHashCode());
        Assert.Empty(default(EquatableArray<int>));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(EquatableArray<int>)[0]);
    }

    [Fact]
    public void What_it_was_made_of_can_change_without_changing_it()
    {
        int[] items = [1, 2];
        var array = items.ToEquatableArray();

        items[0] = 9;

        Assert.Equal([1, 2], array);
    }

    [Fact]
    public void Records_that_hold_one_are_equal_by_its_items()
    {
        Assert.Equal(new Holder([1, 2]), new Holder([1, 2]));
        Assert.NotEqual(new Holder([1, 2]), new Holder([1, 3]));
    }

    [Fact]
    public void It_shows_its_items() => Assert.Equal("[1, 2]", ((EquatableArray<int>)[1, 2]).ToString());

    private sealed record Holder(EquatableArray<int> Items);
}
