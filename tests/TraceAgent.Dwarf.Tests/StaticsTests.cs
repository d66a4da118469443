using System.Globalization;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Service;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Variables that are not of one call, by their names.</summary>
public class StaticsTests(DebugPrograms programs) : IClassFixture<DebugPrograms>
{
    public static TheoryData<string, string> Compilers => new()
    {
        { "gcc", "-O0 -gdwarf-4" },
        { "gcc", "-O2 -gdwarf-5" },
        { "gcc", "-O2 -g -flto" },
        { "clang", "-O0 -gdwarf-5" },
        { "clang", "-O2 -gdwarf-4" },
    };

    [Theory]
    [MemberData(nameof(Compilers))]
    public void The_nearest_variable_of_a_name_is_found_where_nm_has_it(string compiler, string options)
    {
        var (path, answer) = Ask(compiler, options, "count", "calls", "turns", "inner", "limit", "by_two", "depth", "n", "nothing");

        var statics = Assert.Single(answer.Functions).Statics.ToDictionary(one => one.Name);

        // The parameter and what there is not are left out.
        Assert.Equal(["by_two", "calls", "depth", "inner", "limit", "turns"], statics.Keys.Order(StringComparer.Ordinal));
        Assert.All(statics.Values, one => Assert.Empty(one.Candidates));
        foreach (var name in (string[])["limit", "turns", "inner", "by_two"])
        {
            Assert.Contains(Assert.IsType<LocationPiece.Static>(statics[name].Place).Address, AddressesOf(path, name));
        }

        var calls = Assert.IsType<LocationPiece.Static>(statics["calls"].Place).Address;
        Assert.Equal(AddressesOf(path, "calls", " b "), [calls]);
        Assert.Equal(new LocationPiece.ThreadLocal(AddressesOf(path, "depth").Single()), statics["depth"].Place);
        Assert.Equal(4, Assert.IsType<TypeShape.Array>(answer.Types.At(statics["by_two"].Type!.Value)).Count);
    }

    [Fact]
    public void A_constant_of_the_source_is_one()
    {
        var (_, answer) = Ask("gcc", "-O2 -gdwarf-5", "count", "most");

        Assert.Equal("value 12", PlaceText.Of(Assert.Single(Assert.Single(answer.Functions).Statics).Place));
    }

    [Fact]
    public void Of_several_that_are_known_in_other_files_only_all_are_named()
    {
        var path = Compile("gcc", "-O1 -g -DTWICE");
        var answer = AnswerOf(path, "main", "twin");

        var twin = Assert.Single(Assert.Single(answer.Functions).Statics);
        Assert.Equal(2, twin.Candidates.Count);
        Assert.All(twin.Candidates, text => Assert.EndsWith(":6", text, StringComparison.Ordinal));
        Assert.IsType<LocationPiece.Missing>(twin.Place);
    }

    private (string Path, DebugAnswer Answer) Ask(string compiler, string options, string function, params string[] names)
    {
        var path = Compile(compiler, options);
        return (path, AnswerOf(path, function, names));
    }

    private static DebugAnswer AnswerOf(string path, string function, params string[] names)
    {
        using var files = DebugFiles.Open(path);
        var query = new DebugQuery.Parameters([new AskedFunction(FunctionAt(path, function), [.. names])], Hops: 4);
        var bytes = DebugWire.Write(new DebugInfoReader(files.Sections, files.Sections, null).Answer(
            DebugWire.ReadQuery(DebugWire.Write(query))!));
        return DebugWire.ReadAnswer(bytes)!;
    }

    /// <summary>A program of two files; with <c>-DTWICE</c> of three, of which two have a variable of one name.</summary>
    private string Compile(string compiler, string options)
    {
        var words = options.Split(' ');
        var name = string.Concat([compiler, .. words]);
        var path = programs.At($"globals-{name}");
        if (!File.Exists(path))
        {
            string[] parts = words.Contains("-DTWICE") ? ["main", "other", "twice"] : ["main", "other"];
            foreach (var part in parts)
            {
                string[] defined = part switch
                {
                    "main" => [],
                    "other" => ["-DOTHER"],
                    _ => ["-DOTHER", "-Dother=again", "-Dlimit=most", "-Dcalls=all"],
                };
                DebugPrograms.Run(compiler, [
                    .. words, "-c", .. defined, "-o", $"{path}-{part}.o", DebugPrograms.In("Programs/globals.c")]);
            }

            DebugPrograms.Run(compiler, [.. words, "-o", path, .. parts.Select(part => $"{path}-{part}.o")]);
        }

        return path;
    }

    private static ulong FunctionAt(string path, string name) => ulong.Parse(
        DebugPrograms.Run("nm", path).Split('\n').Single(line => line.Length > 19 && line[19..] == name)[..16],
        NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static List<ulong> AddressesOf(string path, string name, string kind = "") => [.. DebugPrograms.Run("nm", path).Split('\n')
        .Where(line => line.Contains(kind, StringComparison.Ordinal) && line.Length > 19
            && line[19..].Split('.').Contains(name))
        .Select(line => ulong.Parse(line[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
}
