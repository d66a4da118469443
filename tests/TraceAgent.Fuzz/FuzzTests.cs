namespace TraceAgent.Fuzz;

/// <summary>A little of `make fuzz`, the same every time, and everything that it ever found.</summary>
public class FuzzTests
{
    private const int Share = 10;

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    public static TheoryData<string> Kept => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_share_of_the_inputs_passes(string name)
    {
        var (_, inputs, make) = FuzzTarget.All.Single(target => target.Name == name);
        var run = new FuzzRun(name, make, seed: 20261122);
        run.Run(inputs / Share);
        Assert.Empty(run.Failures);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void What_failed_once_passes(string input)
    {
        using var target = FuzzTarget.All.Single(one => one.Name == Path.GetDirectoryName(input)).Make();
        target.Check(Corpus.Read(input));
    }

    [Fact]
    public void An_input_is_the_same_whenever_it_is_made() => Assert.All(FuzzTarget.All, one =>
    {
        using var target = one.Make();
        Assert.Equal(target.Make(new Random(5)), target.Make(new Random(5)));
    });
}
