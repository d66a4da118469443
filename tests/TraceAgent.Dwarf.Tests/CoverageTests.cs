namespace TraceAgent.Dwarf.Tests;

/// <summary>
/// A probe reads nearly every value that debug information has at the lines of a program: no change may lower that. <c>make coverage</c>
/// does the same with large programs.
/// </summary>
public class CoverageTests(DebugPrograms programs) : IClassFixture<DebugPrograms>
{
    [Theory]
    [InlineData("gcc", "-O2 -gdwarf-5", "items.c", 100, 100)]
    [InlineData("gcc", "-O3 -gdwarf-4", "items.c", 100, 100)]
    [InlineData("clang", "-O2 -gdwarf-5", "items.c", 100, 100)]
    [InlineData("g++", "-O2 -g", "basket.cpp", 99, 94.5)]
    [InlineData("clang++", "-O2 -g", "basket.cpp", 99, 98)]
    [InlineData("rustc", "-g -O", "basket.rs", 99.9, 99.8)]
    [InlineData("go", "", "basket.go", 99.5, 99.5)]
    public void Nearly_all_variables_of_a_program_can_be_read(
        string compiler, string options, string source, double locals, double parameters)
    {
        using var files = DebugFiles.Open(programs.Compile(compiler, options, source), null)!;

        var coverage = Coverage.Of(files);

        Assert.True(coverage.Percent(ofParameters: false) >= locals && coverage.Percent(ofParameters: true) >= parameters, $"{coverage}");
        Assert.InRange(coverage.Places, 10, int.MaxValue);
    }
}
