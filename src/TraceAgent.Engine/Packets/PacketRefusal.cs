using System.Diagnostics;

namespace TraceAgent.Engine.Packets;

/// <summary>What the kernel said, and how long it is not asked again.</summary>
/// <param name="Reason">In words.</param>
/// <param name="Pause">From <paramref name="At"/> on.</param>
/// <param name="At">A time stamp of <see cref="Stopwatch"/>.</param>
public sealed record PacketRefusal(string Reason, TimeSpan Pause, long At)
{
    public bool IsPausing => Stopwatch.GetElapsedTime(At) < Pause;
}
