using System.Buffers.Binary;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Shared.Tests;
using TraceAgent.Symbols.Sites;

namespace TraceAgent.Symbols.Tests;

public sealed class UsdtTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Fact]
    public void A_probe_is_at_its_NOP_under_its_own_name()
    {
        var group = Assert.Single(Resolve("plain").Groups);
        var site = Assert.Single(group.Sites);
        Assert.Equal((CompiledPrograms.AddressOf(programs.Usdt, "plain"), "shop:plain", 0UL),
            (site.Address, site.DisplayName, site.ReferenceCounter));
        Assert.True(site.IsEmulated);
        Assert.Equal(
            [new Expr.Register(0), new Expr.Extend(new Expr.Register(5), 4, Signed: true)],
            Assert.IsType<UsdtSiteAbi>(group.Abi).Operands.Select(operand => operand.Read));
    }

    [Fact]
    public void Places_of_one_name_share_a_group_when_their_operands_are_equal()
    {
        var groups = Resolve("twin").Groups;
        Assert.Equal([2, 1], groups.Select(group => group.Sites.Count));
        Assert.Single(Resolve("twin", capturesArguments: false).Groups);
    }

    [Fact]
    public void A_semaphore_is_told_by_its_place_in_the_file()
    {
        var site = Assert.Single(Resolve("guarded").Sites);
        using var image = Resolving.Open(programs.Usdt);
        Assert.Equal(image.FileOffsetOf(CompiledPrograms.AddressOf(programs.Usdt, "counter")), site.ReferenceCounter);
    }

    [Fact]
    public void A_library_that_was_moved_after_linking_moves_its_notes()
    {
        var path = programs.At("moved");
        var bytes = File.ReadAllBytes(programs.Usdt);
        var at = CompiledPrograms.AddressOf(programs.Usdt, "_.stapsdt.base");
        var plain = CompiledPrograms.AddressOf(programs.Usdt, "plain");
        var (note, found) = (new byte[16], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(note, plain);
        BinaryPrimitives.WriteUInt64LittleEndian(note.AsSpan(8), at);
        for (var i = 0; (i = bytes.AsSpan(found).IndexOf(note)) >= 0; found += 16)
        {
            found += i;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(found), plain - 0x5000);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(found + 8), at - 0x5000);
        }

        File.WriteAllBytes(path, bytes);

        Assert.Equal(plain, Resolving.Resolve(path, new Location.Usdt("shop", "plain")).OnlySite().Address);
    }

    [Theory]
    [InlineData("wide",
        SiteCodes.FiveByteNop, "shop:wide: _start+0xf in /srv/shop/test is a 5-byte NOP within a function; kernels from 6.18 on replace " +
        "it by a call, which overwrites the function's data below the stack pointer", "follow the function that it is in, with `symbol:`")]
    [InlineData("inside", SiteCodes.InsideInstruction, "shop:inside: _start+0x19 in /srv/shop/test is in the middle of an instruction; a " +
        "probe there breaks the program", "follow the function that it is in, with `symbol:`")]
    [InlineData("readonly", SiteCodes.UsdtDamaged, "shop:readonly: its semaphore, at 0x401000, is not in the data of /srv/shop/test",
        "follow the function that it is in, with `symbol:`")]
    [InlineData(
        "plan", SiteCodes.UsdtNotFound, "USDT probe 'shop:plan' not found in /srv/shop/test", "did you mean 'shop:plain' or 'shop:twin'?")]
    [InlineData("x*", SiteCodes.UsdtNotFound, "no USDT probe of /srv/shop/test is called like 'shop:x*'",
        "it has shop:data, shop:guarded, shop:inside, shop:odd, shop:partly, shop:plain and 3 more")]
    public void What_cannot_be_probed_is_refused(string name, string code, string message, string hint) =>
        Resolve(name).IsRefused(code, message, hint);

    [Theory]
    [InlineData("data", "is no code of")]
    [InlineData("odd", "is not in the data of")]
    public void Notes_that_lie_are_refused(string name, string part)
    {
        var problem = Assert.Single(Resolve(name).Problems);
        Assert.Equal((SiteCodes.UsdtDamaged, true), (problem.Code, problem.Refused));
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_some_places_can_be_probed_the_others_are_a_warning()
    {
        var resolution = Resolve("partly");
        Assert.Single(resolution.Sites);
        var problem = Assert.Single(resolution.Problems);
        Assert.Equal((SiteCodes.SomeSkipped, false), (problem.Code, problem.Refused));
        Assert.StartsWith("1 of the 2 places of /srv/shop/test that 'shop:partly' matches is not probed; shop:partly: _start+0xf",
            problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_places_than_max_sites_are_refused()
    {
        using var image = Resolving.Open(programs.Usdt);
        SiteResolver.Resolve(
            image, "/srv/shop/test", new Location.Usdt("*", "twin"), new SiteRequest { MaxSites = 2 }).IsRefused(
            SiteCodes.TooManySites, "'*:twin' matches 3 places of /srv/shop/test, and the rule may have 2 sites",
            "make the name narrower, or allow them with `max_sites: 3`");
    }

    [Fact]
    public void A_file_without_notes_says_so() => Resolving.Resolve(programs.Shop, new Location.Usdt("shop", "plain")).IsRefused(
        SiteCodes.UsdtNotFound, "/srv/shop/test has no USDT probes",
        "they are built in by an option of the program (such as --enable-dtrace) or by its libraries: name the one that " +
            "has them as `binary`");

    [Fact]
    public void Probes_of_every_section_of_notes_are_found_and_megabytes_of_them_are_not_damaged()
    {
        // As `ld --unique` leaves them: one section for each object.
        const int many = 40_000;
        var (source, program) = (programs.At("sections.s"), programs.At("sections"));
        var notes = new System.Text.StringBuilder();
        for (var i = 0; i < many; i++)
        {
            notes.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"note plain, filler{i}, 0, \"8@%rax -4@%edi 8@$123456789 8@-1234(%rbp) "
                    + $"8@(%rsp) 8@%r15 8@%r14 -8@%r13 8@%r12\"\n");
        }

        var text = File.ReadAllText(CompiledPrograms.Source("usdt.s"));
        var other = text
            .Replace(".note.stapsdt, \"\", \"note\"", ".note.stapsdt, \"\", \"note\", unique, 7", StringComparison.Ordinal)
            .Replace(".macro note", ".macro other", StringComparison.Ordinal);
        var macro = other[other.IndexOf(".macro other", StringComparison.Ordinal)..(other.IndexOf(".endm", StringComparison.Ordinal) + 5)];
        File.WriteAllText(source, $"{text}\n{macro}\n{notes}\nother twin1, last, 0, \"\"\n");
        CompiledFolder.Run("gcc", "-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,--unique=.note.stapsdt", "-o", program, source);
        using var image = Resolving.Open(program);

        Assert.True(image.Sections.Count(section => section.Name == ".note.stapsdt") > 1);
        Assert.True(image.Sections.Where(section => section.Name == ".note.stapsdt").Sum(section => (long)section.Size) > 4 << 20);
        Assert.False(image.Usdt.IsDamaged);
        Assert.Contains(image.Usdt.Items, note => note.FullName == "shop:last");
        Assert.Contains(image.Usdt.Items, note => note.FullName == $"shop:filler{many - 1}");
    }

    [Fact]
    public void Notes_that_end_too_early_are_damaged()
    {
        var path = programs.At("cut-notes");
        var bytes = File.ReadAllBytes(programs.Usdt);
        bytes[bytes.AsSpan().IndexOf("stapsdt\0"u8) - 8] = 0xff;
        bytes[bytes.AsSpan().IndexOf("stapsdt\0"u8) - 5] = 0xff;
        File.WriteAllBytes(path, bytes);

        Resolving.Resolve(path, new Location.Usdt("shop", "plain")).IsRefused(
            SiteCodes.Damaged,
            "USDT probe 'shop:plain' not found in /srv/shop/test: its notes of probes are damaged", "is the file complete?");
    }

    private SiteResolution Resolve(string name, bool capturesArguments = true) =>
        Resolving.Resolve(programs.Usdt, new Location.Usdt("shop", name), arguments: capturesArguments ? 1 : 0);
}
