using static TraceAgent.Shared.Tests.CompiledFolder;

namespace TraceAgent.Dwarf.Tests;

/// <summary>What libdw, llvm-dwarfdump and readelf read, we read. <c>make test-dwarf</c> does the same with large programs.</summary>
public class OracleTests(DebugPrograms programs) : IClassFixture<DebugPrograms>
{
    [Theory]
    [InlineData("gcc", "-O0 -gdwarf-2 -gstrict-dwarf", "items.c")]
    [InlineData("gcc", "-O2 -gdwarf-3", "items.c")]
    [InlineData("gcc", "-O0 -gdwarf-4", "items.c")]
    [InlineData("gcc", "-O2 -gdwarf-4", "items.c")]
    [InlineData("gcc", "-O0 -gdwarf-5", "items.c")]
    [InlineData("gcc", "-O2 -gdwarf-5", "items.c")]
    [InlineData("gcc", "-O2 -gdwarf-5 -gdwarf64", "items.c")]
    [InlineData("gcc", "-O2 -g -gz=zlib", "items.c")]
    [InlineData("gcc", "-O2 -g -gz=zlib-gnu", "items.c")]
    [InlineData("gcc", "-O2 -g -fno-asynchronous-unwind-tables", "items.c")]
    [InlineData("clang", "-O0 -gdwarf-4", "items.c")]
    [InlineData("clang", "-O2 -gdwarf-4", "items.c")]
    [InlineData("clang", "-O2 -gdwarf-5", "items.c")]
    [InlineData("g++", "-O2 -g", "basket.cpp")]
    [InlineData("clang++", "-O1 -gdwarf-4 -fdebug-types-section", "basket.cpp")]
    [InlineData("clang++", "-O2 -gdwarf-5 -fdebug-types-section", "basket.cpp")]
    public void Every_line_scope_place_and_unwind_row_is_as_others_read_it(string compiler, string options, string source) =>
        Compare(programs.Compile(compiler, options, source), "--step", "3");

    [Theory]
    [InlineData("rustc", "-g -O", "basket.rs")]
    [InlineData("go", "", "basket.go")]
    public void So_it_is_for_programs_with_their_runtime(string compiler, string options, string source) =>
        Compare(programs.Compile(compiler, options, source), "--step", "97");

    [Fact]
    public void What_dwz_shares_within_a_file_and_among_several_is_found()
    {
        var (one, other, common) = (programs.At("dwz-one"), programs.At("dwz-other"), programs.At("dwz-common"));
        File.Copy(programs.Compile("g++", "-O2 -g", "basket.cpp"), one);
        File.Copy(programs.Compile("g++", "-O1 -g", "basket.cpp"), other);
        Run("dwz", "-m", common, one, other);

        Compare(one, "--step", "3", "--supplement", common);
    }

    /// <summary>gdb stops at each line, and our expressions compute from the same registers and memory.</summary>
    [Theory]
    [InlineData("gcc", "-O0 -g -no-pie", "items.c")]
    [InlineData("gcc", "-O2 -g -no-pie", "items.c")]
    [InlineData("clang", "-O0 -g -no-pie", "items.c")]
    [InlineData("clang", "-O3 -gdwarf-4 -no-pie", "items.c")]
    [InlineData("g++", "-O2 -g -no-pie", "basket.cpp")]
    public void Every_value_is_the_one_that_gdb_shows(string compiler, string options, string source)
    {
        var program = programs.Compile(compiler, options, source);
        var places = programs.At($"{Path.GetFileName(program)}.places");
        using (var files = DebugFiles.Open(program))
        using (var output = new StreamWriter(places))
        {
            new Dump(files, output, source == "items.c" ? 1 : 5).Places();
        }

        Run("gdb", "-nx", "-batch", "-ex", $"python PLACES='{places}'", "-x", In("Oracle/values.py"), "--args", program);
    }

    [Fact]
    public void Sections_compressed_with_zstd_are_read()
    {
        var plain = programs.Compile("gcc", "-O2 -gdwarf-5", "items.c");
        Run("objcopy", "--compress-debug-sections=zstd", plain, programs.At("zstd"));

        Assert.Equal(Entries(plain), Entries(programs.At("zstd")));
        Assert.NotEqual("", Entries(plain));
    }

    private static string Entries(string path)
    {
        using var files = DebugFiles.Open(path);
        using var text = new StringWriter();
        new Dump(files, text).Entries();
        Assert.Empty(files.Sections.Problems);
        return text.ToString();
    }

    private void Compare(string path, params string[] options)
    {
        string[] readers = ["--dump", typeof(OracleTests).Assembly.Location, "--libdw", programs.Oracle];
        Run("python3", [In("Oracle/compare.py"), path, .. readers, .. options]);
    }
}
