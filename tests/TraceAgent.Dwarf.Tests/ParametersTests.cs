using System.Globalization;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Service;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Parameters of functions with their types, as the process that reads debug information finds them.</summary>
public class ParametersTests(DebugPrograms programs) : IClassFixture<DebugPrograms>
{
    public static TheoryData<string, string> Compilers
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var compiler in (string[])["gcc", "clang"])
            {
                foreach (var level in (string[])["-O0", "-O1", "-O2", "-O3"])
                {
                    foreach (var version in (string[])["-gdwarf-4", "-gdwarf-5"])
                    {
                        data.Add(compiler, $"{level} {version}");
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void Parameters_have_names_and_types_in_the_order_of_the_source(string compiler, string options)
    {
        var answer = Ask(compiler, options, "advance");

        var advance = Assert.Single(answer.Functions);
        Assert.Equal(["r", "u"], advance.Parameters.Select(parameter => parameter.Name));
        Assert.Equal("enum state", answer.Types.At(advance.Result!.Type!.Value).Name);
        var request = Target(answer, advance.Parameters[0]);
        Assert.Equal(
            [
                ("user", 0L), ("flags", 8L), ("level", 8L), ("state", 12L), ("", 16L), ("price", 24L), ("codes", 32L), ("vip", 40L),
                ("at", 44L),
            ],
            request.Members.Select(member => (member.Name, member.Offset)));
        Assert.Equal([(0, 3), (3, 5)], request.Members.Skip(1).Take(2).Select(member => (member.Shift, member.Bits)));
        var state = Assert.IsType<TypeShape.Enumeration>(answer.Types.At(request.Members[3].Type));
        Assert.Equal([("NEW", 0L), ("READY", 5L), ("DONE", -2L)], state.Names.Select(name => (name.Value, name.Key)));
        var user = Target(answer, advance.Parameters[1]);
        Assert.Equal("struct user", user.Name);
        Assert.Equal(["id", "name", "tag"], user.Members.Select(member => member.Name));
        Assert.Equal(8, Assert.IsType<TypeShape.Array>(answer.Types.At(user.Members[2].Type)).Count);
    }

    [Theory]
    [MemberData(nameof(Compilers))]
    public void What_lies_on_the_stack_of_the_caller_is_found_there(string compiler, string options)
    {
        var pay = Assert.Single(Ask(compiler, options, "pay").Functions);

        var big = Assert.Single(pay.Parameters, parameter => parameter.Name == "big");
        Assert.Equal("memory r7 40 Add", PlaceText.Of(big.Place));
    }

    [Theory]
    [InlineData("g++", "-O0 -gdwarf-5")]
    [InlineData("g++", "-O2 -gdwarf-4")]
    [InlineData("clang++", "-O0 -gdwarf-4")]
    [InlineData("clang++", "-O2 -gdwarf-5")]
    public void Results_are_where_the_convention_has_them(string compiler, string options)
    {
        var path = programs.Compile(compiler, options, "results.cpp");
        var symbols = DebugPrograms.Run("nm", path).Split('\n').Where(line => line.Contains(" T ", StringComparison.Ordinal))
            .ToDictionary(line => line[19..], line => ulong.Parse(line[..16], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        (string Function, string? Place)[] expected =
        [
            ("number", "value r0"),
            ("real", "missing VectorRegister"),
            ("longest", "missing FloatingPoint"),
            ("reference", "value r0"),
            ("nothing", null),
            ("small", "value r0"),
            ("pair", "pieces 64 value r0 | 64 value r1"),
            ("mixed", "pieces 64 missing VectorRegister | 64 value r0"),
            ("swapped", "pieces 64 value r0 | 64 missing VectorRegister"),
            ("reals", "pieces 64 missing VectorRegister | 64 missing VectorRegister"),
            ("large", "memory r0"),
            ("bits", "value r0"),
            ("derived", "memory r0"),
            ("packed", "memory r0"),
            ("cleaned", "memory r0"),
            ("copied", "memory r0"),
            ("made", "value r0"),
            ("dynamic", "memory r0"),
            ("holder", "memory r0"),
            ("either", "value r0"),
            ("standard", "pieces 64 value r0 | 64 value r1"),
        ];

        var functions = Ask(path, [.. expected.Select(one => symbols[one.Function])]).Functions.ToDictionary(one => one.Address);

        Assert.Equal(expected, expected.Select(one => (
            one.Function, functions[symbols[one.Function]].Result is { } result ? PlaceText.Of(result.Place) : null)));
    }

    private static TypeShape.Structure Target(DebugAnswer answer, SiteVariable pointer) => Assert.IsType<TypeShape.Structure>(
        answer.Types.At(Assert.IsType<TypeShape.Pointer>(answer.Types.At(pointer.Type!.Value)).Target!.Value));

    private DebugAnswer Ask(string compiler, string options, string function)
    {
        var path = programs.Compile(compiler, options, "parameters.c");
        var address = ulong.Parse(
            DebugPrograms.Run("nm", path).Split('\n').Single(line => line.EndsWith($" {function}", StringComparison.Ordinal))[..16],
            NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return Ask(path, address);
    }

    private static DebugAnswer Ask(string path, params ulong[] addresses)
    {
        using var files = DebugFiles.Open(path);
        var bytes = DebugWire.Write(new DebugInfoReader(files.Sections, files.Sections, null).Answer(
            DebugWire.ReadQuery(DebugWire.Write(new DebugQuery.Parameters(
                [.. addresses.Select(address => new AskedFunction(address, []))], Hops: 6)
            {
                TypeNames = ["user", "nobody"],
            }))!));
        return DebugWire.ReadAnswer(bytes)!;
    }
}
