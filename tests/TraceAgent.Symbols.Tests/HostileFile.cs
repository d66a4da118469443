using TraceAgent.Capture;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>What holds for every file, whatever is in it; the entry for fuzzing.</summary>
public static class HostileFile
{
    // Several times the file: a table is copied, its names are copied, and messages are made.
    private const long MaxAllocation = 16 << 20;

    private static readonly Location[] s_places =
    [
        Symbol("locked"), Symbol("sizeless", 3), Symbol("lockd"), Symbol("AddNum"), Symbol("setjmp"), Symbol("shop::Cart::*"), Symbol("*"), Symbol("puts@GLIBC_2.2.5"), Symbol("main.add"), Address(0x401010), Address(0x1139), FileOffset(0x1010),
    ];

    /// <summary>Asks for every kind of place, and fails when that throws, costs too much memory or gives a contradiction.</summary>
    /// <param name="path">A file.</param>
    /// <param name="round">Says which one it was.</param>
    public static void AskEverything(string path, string round)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var image = ElfImage.TryOpen(path, out var problem);
            Assert.Equal(image is null, problem is not null);
            foreach (var place in image is null ? [] : s_places)
            {
                var resolution = SiteResolver.Resolve(image!, path, place, needsReturn: true, capturesArguments: true);
                Assert.Equal(resolution.Sites.Count == 0, resolution.Problems.Any(item => item.Refused));
            }
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{round}: {error}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < MaxAllocation, $"{round}: {allocated} bytes");
    }
}
