using TraceAgent.Dwarf.Sections;
using TraceAgent.Dwarf.Service;
using TraceAgent.Shared.Tests;

namespace TraceAgent.Dwarf.Tests;

public class HostileDebugInfoTests(DebugPrograms programs) : IClassFixture<DebugPrograms>
{
    private const ulong Compressed = 0x800;

    [Fact]
    public void No_truncation_throws()
    {
        var bytes = File.ReadAllBytes(programs.Compile("gcc", "-O2 -g", "items.c"));
        for (var length = bytes.Length; length > 0; length -= 13)
        {
            HostileDebugInfo.AskEverything(bytes[..length]);
        }
    }

    [Theory]
    [InlineData("-gdwarf-4")]
    [InlineData("-gdwarf-5")]
    public void Random_changes_of_what_the_linker_did_not_take_never_throw(string version)
    {
        var path = programs.Compile("clang", $"-O2 {version} -gsplit-dwarf", "items.c");
        CompiledFolder.Run("llvm-dwp", "-e", path, "-o", $"{path}.dwp");
        using var program = DebugFiles.Open(path);
        var bytes = File.ReadAllBytes($"{path}.dwp");
        var random = new Random(22);
        for (var round = 0; round < 5_000; round++)
        {
            var changed = (byte[])bytes.Clone();
            HostileDebugInfo.Change(changed, random);
            using var split = DebugFiles.SplitOfBytes(changed);
            var reader = new DebugInfoReader(program.Sections, program.Sections, null, split is null ? [] : [split]);
            reader.Answer(new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: true));
            reader.Answer(new DebugQuery.Function("twice", WithVariables: true));
        }
    }

    [Fact]
    public void Units_without_end_are_read_once()
    {
        var units = Enumerable.Repeat(SmallFile.Unit, 100_000).SelectMany(unit => unit).ToArray();
        using var files = DebugFiles.OfBytes(SmallFile.With(".debug_info", units))!;

        Assert.Equal(100_000, files.Entries.Units.Count);
    }

    [Theory]
    [InlineData(1, ".debug_info is compressed in a form that is not understood")]
    [InlineData(2, ".debug_info is too large to be decompressed")]
    [InlineData(3, ".debug_info is compressed in a form that is not understood")]
    public void A_small_section_that_says_it_is_huge_costs_nothing(byte kind, string problem)
    {
        byte[] header = [kind, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3];
        var file = SmallFile.With(".debug_info", header, Compressed);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var files = DebugFiles.OfBytes(file)!;

        Assert.Empty(files.Entries.Units);
        Assert.Equal(problem, Assert.Single(files.Sections.Problems));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Theory]
    [InlineData(1, ".debug_info cannot be decompressed: it is damaged")]
    [InlineData(2, ".debug_info cannot be decompressed: it is damaged, or libzstd.so.1 is not installed")]
    public void A_damaged_compressed_section_is_a_problem_and_empty(byte kind, string problem)
    {
        byte[] header = [kind, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3];
        using var files = DebugFiles.OfBytes(SmallFile.With(".debug_info", header, Compressed))!;

        Assert.True(files.Sections[SectionKind.Entries].IsEmpty);
        Assert.Equal(problem, Assert.Single(files.Sections.Problems));
    }
}
