using System.Buffers.Binary;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public class HostileFileTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
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
            HostileFile.AskEverything(path, $"round {round}");
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
            HostileFile.AskEverything(path, $"length {length}");
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

        HostileFile.AskEverything(path, "sparse");
        Assert.Equal(SiteCodes.Damaged, Assert.Single(Resolve(path, Symbol("locked")).Problems).Code);
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
