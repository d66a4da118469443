using System.Buffers.Binary;
using TraceAgent.Capture;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public class HostileFileTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    // Several times the file: a table is copied, its names are copied, and messages are made.
    private const long MaxAllocation = 8 << 20;

    private static readonly Location[] s_places =
    [
        Symbol("locked"), Symbol("sizeless", 3), Symbol("lockd"), Symbol("AddNum"), Symbol("setjmp"), Address(0x401010), Address(0x1139), FileOffset(0x1010),
    ];

    [Theory]
    [InlineData("traps")]
    [InlineData("shop-stripped")]
    public void Random_changes_never_throw_and_never_cost_memory(string program)
    {
        var original = File.ReadAllBytes(programs.At(program));
        var path = programs.At(program + "-mutated");
        File.WriteAllBytes(path, original);
        var random = new Random(20261122);
        using var file = File.OpenWrite(path);
        for (var round = 0; round < 12_500; round++)
        {
            var places = new List<int>();
            for (var i = random.Next(1, 9); i > 0; i--)
            {
                var place = PlaceToChange(random, original);
                places.Add(place);
                file.Position = place;
                file.WriteByte(random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) });
            }

            file.Flush();
            AskEverything(path, $"round {round}");
            foreach (var place in places)
            {
                file.Position = place;
                file.WriteByte(original[place]);
            }
        }
    }

    [Fact]
    public void No_truncation_throws()
    {
        var path = programs.At("truncated");
        File.Copy(programs.Traps, path);
        using var file = File.OpenWrite(path);
        for (var length = file.Length - 1; length >= 0; length--)
        {
            file.SetLength(length);
            AskEverything(path, $"length {length}");
        }
    }

    [Fact]
    public void A_file_that_is_truncated_while_it_is_open_is_a_problem()
    {
        var path = programs.At("shrinking");
        File.Copy(programs.Traps, path);
        using var image = Open(path);
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(0x1000);
        }

        SiteResolver.Resolve(image, "/srv/shop/test", Symbol("locked"), needsReturn: false, capturesArguments: false).IsRefused(
            SiteCodes.Damaged, "symbol 'locked' not found in /srv/shop/test: its symbol table is damaged", "is the file complete?");
    }

    [Fact]
    public void Program_headers_outside_the_file_are_a_problem()
    {
        var path = programs.At("headers");
        var bytes = File.ReadAllBytes(programs.Traps);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), ulong.MaxValue - 8);
        File.WriteAllBytes(path, bytes);

        Assert.Null(ElfImage.TryOpen(path, out var problem));
        Assert.Equal(
            (SiteCodes.Damaged, $"{path} has program headers that are outside the file or not of the ELF format"), (problem!.Code, problem.Message));
    }

    [Fact]
    public void A_symbol_table_of_100_GiB_is_not_read()
    {
        var path = programs.At("sparse");
        var bytes = File.ReadAllBytes(programs.Traps);
        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(40));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(60));
        for (var i = 0; i < count; i++)
        {
            var section = bytes.AsSpan(sections + (i * 64), 64);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) == 2)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(section[32..], 100UL << 30);
            }
        }

        File.WriteAllBytes(path, bytes);
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(200L << 30);
        }

        AskEverything(path, "sparse");
        Assert.Equal(SiteCodes.Damaged, Assert.Single(Resolve(path, Symbol("locked")).Problems).Code);
    }

    private static void AskEverything(string path, string round)
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

    /// <summary>Half of the changes hit the headers, where the lengths and offsets are.</summary>
    private static int PlaceToChange(Random random, byte[] original)
    {
        var sections = (int)BinaryPrimitives.ReadUInt64LittleEndian(original.AsSpan(40));
        return random.Next(4) switch
        {
            0 => random.Next(64, 64 + (56 * 8)),
            1 => random.Next(sections, original.Length),
            2 => random.Next(16, 64),
            _ => random.Next(original.Length),
        };
    }
}
