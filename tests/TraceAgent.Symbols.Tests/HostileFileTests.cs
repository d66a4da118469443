using System.Buffers.Binary;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Sites;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public class HostileFileTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
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

        SiteResolver.Resolve(image, "/srv/shop/test", Symbol("locked"), new SiteRequest()).IsRefused(
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
            (SiteCodes.Damaged, $"{path} has program headers that are outside the file or not of the ELF format"),
            (problem!.Code, problem.Message));
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
}
