using System.Diagnostics;

namespace TraceAgent.Engine.Packets;

/// <summary>A refusal of the kernel, and the time for which it is not asked again.</summary>
/// <param name="Reason">The reason in words.</param>
/// <param name="Pause">The time for which it is not asked, from <paramref name="At"/> on.</param>
/// <param name="At">A time stamp of <see cref="Stopwatch"/>.</param>
public sealed record PacketRefusal(string Reason, TimeSpan Pause, long At)
{
    public bool IsPausing => Stopwatch.GetElapsedTime(At) < Pause;
}
