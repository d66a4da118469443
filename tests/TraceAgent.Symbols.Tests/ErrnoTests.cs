using TraceAgent.Capture.Plans;
using TraceAgent.Shared.Tests;
using TraceAgent.Symbols.Sites;

namespace TraceAgent.Symbols.Tests;

/// <summary>Where the thread's errno is, as the code of a C library has it.</summary>
public sealed class ErrnoTests : CompiledFolder
{
    [Theory]
    [InlineData("endbr64; mov slot(%rip),%rax; add %fs:0,%rax; ret", "thread pointer + *(uint64*)(load address + slot)")]
    [InlineData("mov %fs:0,%rax; add slot(%rip),%rax; ret", "thread pointer + *(uint64*)(load address + slot)")]
    [InlineData("mov %fs:0,%rax; add $0x34,%rax; ret", "thread pointer + 52")]
    [InlineData("mov $-72,%rax; add %fs:0,%rax; ret", "thread pointer - 72")]
    [InlineData("mov $16,%eax; add %fs:0,%rax; ret", "thread pointer + 16")]
    public void The_place_is_a_sum_with_the_thread_pointer(string code, string place)
    {
        var library = Compile(code);

        var read = Errno(library).Read;

        var slot = CompiledPrograms.AddressOf(library, "slot");
        var distance = slot - CodeDistance(library);
        Assert.Equal(
            $"*(int32*)({place.Replace("slot", $"0x{distance:x}", StringComparison.Ordinal)})",
            new ExprText(Architecture.X64, []).Of(read!));
    }

    [Theory]
    [InlineData("mov slot(%rip),%rax; ret")]
    [InlineData("mov %fs:8,%rax; ret")]
    [InlineData("mov %fs:0,%rax; lea 8(%rax),%rax; ret")]
    [InlineData("mov %fs:0,%rax; add %fs:0,%rax; ret")]
    [InlineData("mov %gs:0,%rax; add $8,%rax; ret")]
    [InlineData("mov %fs:0,%rax; mov $8,%rax; ret")]
    [InlineData("mov %fs:0,%rcx; add $8,%rax; ret")]
    [InlineData("add %fs:0,%rax; ret")]
    [InlineData("mov %fs:0,%rax; add $8,%eax; ret")]
    [InlineData("call open; ret")]
    public void Other_code_is_not_guessed_at(string code) =>
        Assert.Contains("is of no form that is known", Errno(Compile(code)).WhyMissing, StringComparison.Ordinal);

    [Fact]
    public void A_file_without_the_function_has_no_errno() =>
        Assert.Contains("this file has no __errno_location", Errno(Compile("ret", "other")).WhyMissing, StringComparison.Ordinal);

    [Fact]
    public void A_program_at_fixed_addresses_has_its_slot_where_the_file_says()
    {
        var program = Compile("mov slot(%rip),%rax; add %fs:0,%rax; ret", "__errno_location", "-static", "-Wl,-e,__errno_location");

        Assert.Equal(
            $"*(int32*)(thread pointer + *(uint64*)0x{CompiledPrograms.AddressOf(program, "slot"):x})",
            new ExprText(Architecture.X64, []).Of(Errno(program).Read!));
    }

    private static Capture.Abi.SiteValue Errno(string path)
    {
        using var image = Resolving.Open(path);
        var found = SiteResolver.Resolve(image, path, Resolving.Symbol("open"), new SiteRequest { NeedsReturn = true, ReadsErrno = true });
        return Assert.Single(found.Groups).Abi.Errno!;
    }

    /// <summary>Bytes that the code of a library lies after its place in the file.</summary>
    private static ulong CodeDistance(string path)
    {
        using var image = Resolving.Open(path);
        var site = Resolving.Resolve(path, Resolving.Symbol("open")).OnlySite();
        return site.Address - site.FileOffset;
    }

    private string Compile(string code, string function = "__errno_location", params string[] options)
    {
        const string name = "libc";
        var source = At($"{name}.s");
        File.WriteAllText(source, $"""
                .globl open, {function}, slot
                .text
                .type open, @function
            open: push %rbp
                mov %rdi,%rbp
                pop %rbp
                ret
                .size open, .-open
                .type {function}, @function
            {function}: {code}
                .size {function}, .-{function}
                .data
                .hidden slot
                .type slot, @object
            slot: .quad 8
                .size slot, 8
                .section .note.GNU-stack,"",@progbits

            """);
        Run("gcc", ["-nostdlib", .. options.Length > 0 ? options : ["-shared"], "-o", At($"{name}.so"), source]);
        return At($"{name}.so");
    }
}
