using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.DebugFiles;
using TraceAgent.Symbols.Sites;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Symbols that were taken out of a program.</summary>
public sealed class SeparateSymbolsTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Fact]
    public void A_file_that_the_program_names_has_its_symbols()
    {
        var program = Separated("linked", ".debug");

        var site = Resolve(program, Symbol("left_price")).OnlySite();

        Assert.Equal(AddressOf(programs.Shop, "left_price"), site.Address);
        Assert.Equal(Resolve(programs.Shop, Symbol("left_price")).OnlySite(), site);
    }

    [Fact]
    public void A_file_beside_the_program_is_found_too() =>
        Resolve(Separated("beside", "."), Symbol("left_price")).OnlySite();

    [Fact]
    public void Static_functions_of_one_name_are_told_apart_by_the_files_in_separate_symbols() =>
        Assert.Equal(
            ["twin (left.c)", "twin (right.c)"],
            Resolve(Separated("twins", ".debug"), Symbol("twin")).Sites.Select(site => site.DisplayName).Order());

    [Fact]
    public void A_file_whose_checksum_differs_is_not_used()
    {
        var program = Separated("changed", ".debug");
        File.AppendAllText(Path.Combine(Path.GetDirectoryName(program)!, ".debug", "shop.debug"), "x");

        var problem = Assert.Single(Resolve(program, Symbol("left_price")).Problems);

        Assert.Equal(SiteCodes.SymbolNotFound, problem.Code);
        Assert.EndsWith("shop.debug belongs to another build (its checksum differs)", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_the_folder_of_build_ids_is_found()
    {
        using var program = Open(programs.ShopStripped);
        var root = WithBuildId("ids", program.BuildId!, programs.Shop);

        using var image = ElfImage.TryOpen(programs.ShopStripped, programs.ShopStripped, out _, new DebugFolders([root]))!;

        SiteResolver.Resolve(image, "/srv/shop/test", Symbol("left_price"), new SiteRequest()).OnlySite();
    }

    [Fact]
    public void Folders_are_looked_into_one_after_the_other_and_by_the_name_that_the_binary_gives()
    {
        var program = Separated("named", ".debug");
        var folder = At("named-folder", "shop.debug");
        File.Move(Path.Combine(Path.GetDirectoryName(program)!, ".debug", "shop.debug"), folder);

        using var image = ElfImage.TryOpen(
            program, program, out _, new DebugFolders(["/nowhere", Path.GetDirectoryName(folder)!, DebugFolders.OfPackages]))!;

        SiteResolver.Resolve(image, program, Symbol("left_price"), new SiteRequest()).OnlySite();
    }

    [Fact]
    public void A_file_of_another_build_is_not_used()
    {
        using var program = Open(programs.ShopStripped);
        var root = WithBuildId("other-ids", program.BuildId!, programs.Cart);

        using var image = ElfImage.TryOpen(programs.ShopStripped, programs.ShopStripped, out _, new DebugFolders([root]))!;
        var problem = Assert.Single(
            SiteResolver.Resolve(image, "/srv/shop/test", Symbol("left_price"), new SiteRequest()).Problems);

        Assert.Contains("belongs to another build (build id ", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_build_id_must_have_its_code_at_the_same_addresses()
    {
        var program = At("moved", "shop");
        var debug = At("moved", "shop.debug");
        Run("objcopy", "--only-keep-debug", "--remove-section=.note.gnu.build-id", programs.Cart, debug);
        Run("objcopy", "--strip-all", $"--add-gnu-debuglink={debug}", programs.Shop, program);

        var problem = Assert.Single(Resolve(program, Symbol("left_price")).Problems);

        Assert.EndsWith("belongs to another build (its code has other addresses)", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Compressed_symbols_in_the_program_are_read() =>
        Assert.Equal(
            Resolve(programs.Shop, Symbol("left_price")).OnlySite(),
            Resolve(WithMiniDebug("mini", _ => { }), Symbol("left_price")).OnlySite());

    [Fact]
    public void Damaged_compressed_symbols_are_told_when_a_symbol_is_not_found()
    {
        var program = WithMiniDebug("mini-damaged", bytes => bytes[bytes.Length / 2] ^= 0x55);

        Assert.Equal(
            "its compressed symbols (.gnu_debugdata) are damaged", Assert.Single(Resolve(program, Symbol("left_price")).Problems).Hint);
    }

    [Fact]
    public void Compressed_symbols_that_would_fill_the_memory_are_not_read()
    {
        var zeros = At("bomb", "zeros");
        using (var file = File.Create(zeros))
        {
            file.SetLength(DebugFiles.XzDecoder.MaxBytes + 1L);
        }

        Run("xz", "-0", zeros);
        Assert.InRange(new FileInfo($"{zeros}.xz").Length, 1, 1 << 20);

        Assert.Null(DebugFiles.XzDecoder.Decode(File.ReadAllBytes($"{zeros}.xz"), out _));
    }

    [Fact]
    public void Random_changes_of_compressed_symbols_never_throw()
    {
        var original = File.ReadAllBytes(WithMiniDebug("mini-fuzz", _ => { }));
        var start = original.AsSpan().IndexOf((byte[])[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);
        var path = At("mini-fuzz", "changed");
        var random = new Random(20261122);
        for (var round = 0; round < 500; round++)
        {
            var bytes = original.ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                bytes[start + random.Next(bytes.Length - start)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, bytes);
            HostileFile.AskEverything(path, $"round {round}");
        }
    }

    private string At(string folder, string name) => Path.Combine(Directory.CreateDirectory(programs.At(folder)).FullName, name);

    private string Separated(string folder, string place)
    {
        var program = At(folder, "shop");
        var debug = At(Path.Combine(folder, place), "shop.debug");
        Run("objcopy", "--only-keep-debug", programs.Shop, debug);
        Run("objcopy", "--strip-all", $"--add-gnu-debuglink={debug}", programs.Shop, program);
        return program;
    }

    private string WithBuildId(string folder, string id, string symbols)
    {
        Run("objcopy", "--only-keep-debug", symbols, At(Path.Combine(folder, ".build-id", id[..2]), $"{id[2..]}.debug"));
        return programs.At(folder);
    }

    /// <summary>As Fedora makes it.</summary>
    private string WithMiniDebug(string folder, Action<byte[]> change)
    {
        var debug = At(folder, "mini");
        Run("objcopy", "--only-keep-debug", programs.Shop, debug);
        Run("strip", "--strip-debug", debug);
        Run("xz", "-f", debug);
        var compressed = File.ReadAllBytes($"{debug}.xz");
        change(compressed);
        File.WriteAllBytes($"{debug}.xz", compressed);
        var program = At(folder, "shop");
        Run("objcopy", "--strip-all", $"--add-section=.gnu_debugdata={debug}.xz", programs.Shop, program);
        return program;
    }
}
