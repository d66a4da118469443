using System.Text.RegularExpressions;
using TraceAgent.Symbols.Binaries;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public partial class ElfImageTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Fact]
    public void The_build_id_is_what_readelf_prints()
    {
        var expected = BuildId().Match(Run("readelf", "-n", programs.Shop)).Groups[1].Value;

        using var image = Open(programs.Shop);
        Assert.Equal(expected, image.BuildId);
        Assert.NotEmpty(expected);
    }

    [Fact]
    public void A_file_without_a_build_id_has_none()
    {
        using var image = Open(programs.Traps);
        Assert.Null(image.BuildId);
    }

    [Fact]
    public void Programs_and_libraries_are_told_apart()
    {
        Assert.True(IsProgram(programs.Shop));
        Assert.True(IsProgram(programs.Traps));
        Assert.False(IsProgram("/usr/lib/x86_64-linux-gnu/libm.so.6"));
    }

    [Fact]
    public void Go_programs_are_recognised()
    {
        using var go = Open(programs.Go);
        using var shop = Open(programs.Shop);
        Assert.True(go.IsGo);
        Assert.False(shop.IsGo);
    }

    [Fact]
    public void A_missing_file_is_a_problem() =>
        IsRefused("/nowhere/shop", SiteCodes.CannotRead, "cannot read /nowhere/shop: No such file or directory");

    [Fact]
    public void A_folder_is_a_problem() => IsRefused("/tmp", SiteCodes.NotSupported, "/tmp is not a regular file");

    [Fact]
    public void A_device_is_a_problem() => IsRefused("/dev/null", SiteCodes.NotSupported, "/dev/null is not an ELF program or library");

    [Fact]
    public void A_pipe_does_not_hang()
    {
        var path = programs.At("pipe");
        Run("mkfifo", path);
        IsRefused(path, SiteCodes.NotSupported, $"{path} is not a regular file");
    }

    [Fact]
    public void A_path_with_a_zero_byte_is_a_problem() => IsRefused("/bin/\0sh", SiteCodes.CannotRead, "a path cannot hold a zero byte");

    [Fact]
    public void A_text_file_is_a_problem()
    {
        var path = programs.At("script");
        File.WriteAllText(path, "#!/bin/sh\n");
        IsRefused(path, SiteCodes.NotSupported, $"{path} is not an ELF program or library");
    }

    [Fact]
    public void An_object_file_is_a_problem() =>
        IsRefused(programs.Object, SiteCodes.NotSupported, $"{programs.Object} is an object file (.o), which never runs as it is");

    [Theory]
    [InlineData(4, 1, "is a 32-bit program")]
    [InlineData(5, 2, "is not a 64-bit little-endian program")]
    [InlineData(16, 4, "is a core dump")]
    [InlineData(16, 9, "is an ELF file of the unknown type 9")]
    [InlineData(18, 8, "is for another processor (e_machine 8)")]
    public void A_program_of_another_kind_is_a_problem(int position, byte value, string message)
    {
        var path = Changed(position, value);
        IsRefused(path, SiteCodes.NotSupported, $"{path} {message}");
    }

    [Fact]
    public void An_address_of_arm64_must_be_a_multiple_of_4()
    {
        var path = Changed(18, 183);
        var address = AddressOf(programs.Traps, "long_move");
        address += 4 - (address % 4);

        Assert.Equal("aarch64", Assert.Single(Resolve(path, Address(address)).Groups).Abi.Architecture.Name);
        Resolve(path, Address(address)).OnlySite();
        Resolve(path, Address(address + 1)).IsRefused(
            SiteCodes.Misaligned, $"no arm64 instruction begins at 0x{address + 1:x} in /srv/shop/test: it is not a multiple of 4",
            $"the nearest addresses are 0x{address:x} and 0x{address + 4:x}");
    }

    [GeneratedRegex("Build ID: ([0-9a-f]+)")]
    private static partial Regex BuildId();

    private static bool IsProgram(string path)
    {
        using var image = Open(path);
        return image.IsExecutableProgram;
    }

    private static void IsRefused(string path, string code, string message)
    {
        using var image = ElfImage.TryOpen(path, out var problem);
        Assert.Null(image);
        Assert.Equal((code, message, true), (problem!.Code, problem.Message, problem.Refused));
    }

    private string Changed(int position, byte value)
    {
        var bytes = File.ReadAllBytes(programs.Traps);
        bytes[position] = value;
        var path = programs.At($"changed-{position}-{value}");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
