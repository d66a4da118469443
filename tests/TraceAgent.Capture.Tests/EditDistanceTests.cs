using System.Text;

namespace TraceAgent.Capture.Tests;

public class EditDistanceTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("AddNum", "AddNum", 0)]
    [InlineData("AdNum", "AddNum", 1)]
    [InlineData("AddNum", "AdNum", 1)]
    [InlineData("AddNum", "SubNum", 3)]
    [InlineData("abcdef", "", 6)]
    [InlineData("frist", "first", 1)]
    [InlineData("AddNmu", "dAdNum", 2)]
    public void The_distance_counts_letters_added_left_out_changed_or_swapped(string left, string right, int distance) =>
        Assert.Equal(distance, Distance(left, right, limit: 10));

    [Fact]
    public void A_limited_distance_is_right_up_to_the_limit()
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var left = Word(random);
            var right = Word(random);
            var exact = Distance(left, right, limit: 100);
            for (var limit = 0; limit <= 4; limit++)
            {
                var limited = Distance(left, right, limit);
                Assert.Equal((left, right, limit, Math.Min(exact, limit + 1)), (left, right, limit, Math.Min(limited, limit + 1)));
            }
        }
    }

    private static string Word(Random random)
    {
        var letters = new char[random.Next(9)];
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = (char)('a' + random.Next(3));
        }

        return new string(letters);
    }

    private static int Distance(string left, string right, int limit) =>
        EditDistance.Between<byte>(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right), limit, new int[300]);
}
