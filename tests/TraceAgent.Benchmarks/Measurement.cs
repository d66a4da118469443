namespace TraceAgent.Benchmarks;

/// <summary>What one run of a tool has cost.</summary>
/// <param name="Started">CLOCK_MONOTONIC ns.</param>
/// <param name="Ended">CLOCK_MONOTONIC ns.</param>
/// <param name="CpuSeconds">User and system.</param>
/// <param name="PeakMegabytes">Resident, in units of 10^6 bytes.</param>
internal sealed record Measurement(ulong Started, ulong Ended, double CpuSeconds, double PeakMegabytes)
{
    /// <summary>From the line that <c>measure</c> prints at its end.</summary>
    public static Measurement Parse(string line)
    {
        var parts = line.Split(' ');
        return new Measurement(
            ulong.Parse(parts[1], null),
            ulong.Parse(parts[2], null),
            (long.Parse(parts[3], null) + long.Parse(parts[4], null)) / 1e6,
            long.Parse(parts[5], null) * 1024 / 1e6);
    }
}
