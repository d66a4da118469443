using System.Text.RegularExpressions;
using TraceAgent.Symbols.Restartable;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Places in restartable sequences, whose ends objdump's listing tells.</summary>
public sealed partial class RestartableTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private const string Section = "-DDESCRIPTORS=__rseq_cs";
    private const string Data = "-DDESCRIPTORS=.data.rel.ro";
    private const string Packed = "-Wl,-z,pack-relative-relocs";

    [Theory]
    [InlineData(Section, "-pie")]
    [InlineData(Section, "-no-pie")]
    [InlineData(Section, "-static-pie")]
    [InlineData(Data, "-pie")]
    [InlineData(Data, "-no-pie")]
    [InlineData(Data, "-static-pie")]
    [InlineData(Data, Packed)]
    public void Exactly_what_lies_from_the_announcement_to_the_commit_is_refused(string descriptors, string link)
    {
        var program = Compile(descriptors, link);

        AssertSequenceIsRefused(program, program);
    }

    [Theory]
    [InlineData(Section, "-pie")]
    [InlineData(Data, "-no-pie")]
    [InlineData(Data, Packed)]
    public void A_file_without_section_headers_hides_no_sequence(string descriptors, string link)
    {
        var program = Compile(descriptors, link);
        var stripped = programs.At($"{Path.GetFileName(program)}-bare");
        var bytes = File.ReadAllBytes(program);
        bytes.AsSpan(0x28, 8).Clear();
        bytes.AsSpan(0x3a, 6).Clear();
        File.WriteAllBytes(stripped, bytes);

        AssertSequenceIsRefused(program, stripped);
    }

    [Theory]
    [InlineData("-pie")]
    [InlineData("-no-pie")]
    public void Where_the_descriptor_is_made_at_run_time_all_of_its_function_is_refused(string link)
    {
        var program = Compile("-DON_STACK", link);
        foreach (var address in InstructionsOf(program).Select(instruction => instruction.Address))
        {
            Assert.Contains(Resolve(program, Address(address)).Problems, problem => problem.Code == SiteCodes.Restartable);
        }

        Resolve(program, Symbol("Elsewhere")).OnlySite();
        Resolve(program, Symbol("main")).OnlySite();
    }

    [Fact]
    public void Another_signature_than_glibcs_hides_no_sequence()
    {
        var program = Compile(Data, "-no-pie", "-DSIGNATURE=0x12345678");

        AssertSequenceIsRefused(program, program);
    }

    [Fact]
    public void The_refusal_says_why()
    {
        var program = Compile(Section, "-pie");
        var place = InstructionsOf(program)
            .First(instruction => instruction.Text.StartsWith("add    $0x1", StringComparison.Ordinal))
            .Address;
        var distance = place - AddressOf(program, "CountUp");
        var problem = Assert.Single(Resolve(program, Address(place)).Problems);

        Assert.Equal(
            $"CountUp+0x{distance:x} in /srv/shop/test is in a restartable sequence (rseq), which is lost when a probe interrupts it: "
                + "updates would go missing",
            problem.Message);
        Assert.True(problem.Refused);
    }

    [Fact]
    public void A_return_within_a_sequence_is_refused()
    {
        var program = Compile("-DDESCRIPTORS=__rseq_cs", "-pie", "-DRETURNS_WITHIN");

        var problem = Assert.Single(Resolve(program, Symbol("Returns"), needsReturn: true).Problems, problem => problem.Refused);

        Assert.Equal(SiteCodes.Restartable, problem.Code);
        Assert.StartsWith("the return of Returns at 0x", problem.Message, StringComparison.Ordinal);
        Resolve(program, Symbol("Returns")).OnlySite();
    }

    [Fact]
    public void What_registers_for_sequences_and_has_none_keeps_all_of_its_places()
    {
        var libc = File.ReadLines("/proc/self/maps")
            .Select(line => line.Split(' ')[^1])
            .First(path => path.Contains("/libc.so", StringComparison.Ordinal));
        foreach (var program in (string[])[programs.Shop, programs.Cart, programs.Thrower, libc])
        {
            using var image = Open(program);
            Assert.NotEmpty(image.CodeSegments);
            var sequences = new RestartableSequences(image);
            foreach (var segment in image.CodeSegments)
            {
                for (var address = segment.Address; address < segment.Address + segment.FileSize; address++)
                {
                    Assert.False(sequences.Holds(address), $"{program} 0x{address:x}");
                }
            }
        }
    }

    private static void AssertSequenceIsRefused(string compiled, string examined)
    {
        var instructions = InstructionsOf(compiled);
        var announced = instructions.FindIndex(instruction => instruction.Text.Contains("%rax,%fs:0x8(", StringComparison.Ordinal));
        var last = instructions.FindIndex(announced, instruction => instruction.Text.StartsWith("mov    %rcx,(", StringComparison.Ordinal));
        Assert.True(announced > 0 && last > announced);
        for (var i = 0; i < instructions.Count; i++)
        {
            var isRefused = Resolve(examined, Address(instructions[i].Address)).Problems
                .Any(problem => problem.Code == SiteCodes.Restartable);
            Assert.Equal((instructions[i].Text, i >= announced && i <= last), (instructions[i].Text, isRefused));
        }
    }

    private string Compile(params string[] options)
    {
        var program = programs.At($"restartable{string.Concat(options).Replace('/', '-')}");
        Run("gcc", ["-O2", "-fasynchronous-unwind-tables", .. options, "-o", program, Source("restartable.c"), "-lpthread"]);
        return program;
    }

    private static List<(ulong Address, string Text)> InstructionsOf(string program) =>
        [.. Line().Matches(Run("objdump", "-d", "--no-show-raw-insn", "--disassemble=CountUp", program))
            .Select(match => (Convert.ToUInt64(match.Groups[1].Value, 16), match.Groups[2].Value))];

    [GeneratedRegex(@"^ +([0-9a-f]+):\t(.*)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
