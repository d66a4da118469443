using System.Diagnostics;
using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>Waiting for what must become true. The deadline is generous: it only ends a test that has failed.</summary>
internal static class Eventually
{
    /// <remarks>
    /// <c>TRACEAGENT_TEST_DEADLINE</c>, in seconds, is for machines that are emulated; one that does much else is
    /// thirty times as slow as a quiet one.
    /// </remarks>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("TRACEAGENT_TEST_DEADLINE") ?? "60", CultureInfo.InvariantCulture));

    /// <summary>Polls <paramref name="condition"/> every few milliseconds; less often when it takes long.</summary>
    /// <param name="condition">What must become true.</param>
    /// <param name="what">Completes the sentence "waited in vain for …".</param>
    /// <param name="context">What the failure should show as well.</param>
    public static void True(Func<bool> condition, string what, Func<string>? context = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Deadline)
            {
                Assert.Fail($"waited in vain for {what}\n{context?.Invoke()}");
            }

            Thread.Sleep(clock.Elapsed > TimeSpan.FromSeconds(2) ? 50 : 5);
        }
    }
}
