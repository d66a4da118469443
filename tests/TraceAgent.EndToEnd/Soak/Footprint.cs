using System.Globalization;

namespace TraceAgent.EndToEnd.Soak;

/// <summary>What an agent holds at a moment.</summary>
/// <param name="ResidentKilobytes">Memory, as /proc/PID/status has it.</param>
internal sealed record Footprint(long ResidentKilobytes, int Descriptors, int Threads, int Programs, int Links, int Maps)
{
    public static Footprint Of(int pid)
    {
        var status = File.ReadAllLines($"/proc/{pid}/status");
        var objects = KernelObjects.Of(pid);
        return new Footprint(
            Number("VmRSS:"),
            Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count(),
            (int)Number("Threads:"),
            objects.Programs.Count,
            objects.Links.Count,
            objects.Maps.Count);

        long Number(string key) => long.Parse(
            status.First(line => line.StartsWith(key, StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Whether it is nowhere more than <paramref name="other"/> with <paramref name="slack"/>.</summary>
    public bool IsWithin(Footprint other, Footprint slack) =>
        ResidentKilobytes <= other.ResidentKilobytes + slack.ResidentKilobytes
        && Descriptors <= other.Descriptors + slack.Descriptors
        && Threads <= other.Threads + slack.Threads
        && Programs <= other.Programs + slack.Programs
        && Links <= other.Links + slack.Links
        && Maps <= other.Maps + slack.Maps;

    /// <summary>The most of each.</summary>
    public static Footprint Most(IEnumerable<Footprint> samples) => samples.Aggregate((a, b) => new Footprint(
        Math.Max(a.ResidentKilobytes, b.ResidentKilobytes),
        Math.Max(a.Descriptors, b.Descriptors),
        Math.Max(a.Threads, b.Threads),
        Math.Max(a.Programs, b.Programs),
        Math.Max(a.Links, b.Links),
        Math.Max(a.Maps, b.Maps)));
}
