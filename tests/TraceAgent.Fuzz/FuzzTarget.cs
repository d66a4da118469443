namespace TraceAgent.Fuzz;

/// <summary>Code that takes bytes from others, and what must hold for any of them. An instance belongs to one thread.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>How many inputs a full run gives to each target.</summary>
    public static IReadOnlyList<(string Name, int Inputs, Func<FuzzTarget> Make)> All { get; } =
    [
        ("rules", 150_000, () => new Targets.RuleFiles()),
        ("addresses", 100_000, () => new Targets.PrefixFiles()),
        ("templates", 250_000, () => new Targets.Templates()),
        ("expressions", 250_000, () => new Targets.Expressions()),
        ("types", 200_000, () => new Targets.Types()),
        ("records", 200_000, () => new Targets.Records()),
        ("secrets", 100_000, () => new Targets.Secrets()),
        ("configurations", 100_000, () => new Targets.Configurations()),
        ("names", 100_000, () => new Targets.MangledNames()),
        ("debug", 300_000, () => new Targets.DebugInformation()),
        ("packages", 100_000, () => new Targets.DebugPackages()),
        ("elf", 40_000, () => new Targets.ElfFiles()),
    ];

    /// <summary>An input, the same for the same random numbers.</summary>
    public abstract byte[] Make(Random random);

    /// <summary>Throws when something does not hold.</summary>
    public abstract void Check(byte[] input);

    public virtual void Dispose()
    {
    }
}
