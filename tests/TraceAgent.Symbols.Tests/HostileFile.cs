using System.Buffers.Binary;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Sites;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>What a file of any bytes may do, and changes that make one. Also used by TraceAgent.Fuzz.</summary>
internal static class HostileFile
{
    // Several times the file: a table is copied, its names are copied, and messages are made.
    private const long MaxAllocation = 16 << 20;

    private static readonly Location[] Places =
    [
        Symbol("locked"), Symbol("sizeless", 3), Symbol("lockd"), Symbol("AddNum"), Symbol("setjmp"),
        Symbol("shop::Cart::*"), Symbol("*"), Symbol("puts@GLIBC_2.2.5"),
        new Location.Usdt("shop", "*"), new Location.Usdt("shop", "plan"), Address(0x401010), Address(0x1139), FileOffset(0x1010),
    ];

    /// <summary>Nothing throws, and nothing takes much memory.</summary>
    public static void AskEverything(string path, string round)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var image = ElfImage.TryOpen(path, out var problem);
            Assert.Equal(image is null, problem is not null);
            foreach (var place in image is null ? [] : Places)
            {
                var resolution = SiteResolver.Resolve(
                    image!, path, place, new SiteRequest { NeedsReturn = true, Arguments = [new AskedArgument("arg1", 0)] });
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

    /// <summary>Overwrites one to eight bytes of an ELF file, most of them where lengths and offsets are.</summary>
    public static void Change(byte[] file, Random random)
    {
        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40));
        for (var i = random.Next(1, 9); i > 0; i--)
        {
            var place = random.Next(4) switch
            {
                0 => random.Next(64, 64 + (56 * 8)),
                1 => random.Next(sections, file.Length),
                2 => random.Next(16, 64),
                _ => random.Next(file.Length),
            };
            file[place] = random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) };
        }
    }
}
