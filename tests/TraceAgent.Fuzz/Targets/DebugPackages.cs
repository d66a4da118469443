using TraceAgent.Dwarf.Sections;
using TraceAgent.Dwarf.Service;
using TraceAgent.Dwarf.Tests;
using TraceAgent.Shared.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>
/// Packages of what the linker did not take (<c>.dwp</c>): any bytes give answers that have the debug information of the program, or
/// leave it out. The seeds are what the tools of gcc and clang make.
/// </summary>
internal sealed class DebugPackages : FuzzTarget
{
    private static readonly Lazy<(DebugFiles Program, byte[] Package)[]> Seeds = new(() =>
    {
        using var programs = new DebugPrograms();
        return
        [
            .. new[]
            {
                ("gcc -O2 -gdwarf-4", "items.c", "dwp"), ("gcc -O2 -gdwarf-5", "parameters.c", "llvm-dwp-19"),
                ("clang -O2 -gdwarf-4", "items.c", "llvm-dwp"), ("clang -O1 -gdwarf-5", "items.c", "llvm-dwp"),
            }.Select(one =>
            {
                var (compiler, options) = (one.Item1.Split(' ', 2)[0], one.Item1.Split(' ', 2)[1]);
                var path = programs.Compile(compiler, $"{options} -gsplit-dwarf", one.Item2);
                CompiledFolder.Run(one.Item3, "-e", path, "-o", $"{path}.dwp");
                return (DebugFiles.OfBytes(File.ReadAllBytes(path))!, File.ReadAllBytes($"{path}.dwp"));
            }),
        ];
    });

    /// <summary>The first byte says to which program the package belongs.</summary>
    public override byte[] Make(Random random)
    {
        var index = random.Next(Seeds.Value.Length);
        var bytes = (byte[])Seeds.Value[index].Package.Clone();
        HostileDebugInfo.Change(bytes, random);
        return [(byte)index, .. random.Next(50) == 0 ? bytes[..random.Next(bytes.Length)] : bytes];
    }

    public override void Check(byte[] input)
    {
        var program = Seeds.Value[input.Length == 0 ? 0 : input[0] % Seeds.Value.Length].Program.Sections;
        using var package = DebugFiles.SplitOfBytes(input.Length == 0 ? [] : input[1..]);
        var reader = new DebugInfoReader(program, program, null, package is null ? [] : [package]);
        DebugQuery[] queries =
        [
            new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: true),
            new DebugQuery.Lines("parameters.c", 1, uint.MaxValue, WithVariables: true),
            new DebugQuery.Function("twice", WithVariables: true),
        ];
        foreach (var query in queries)
        {
            Assert.NotNull(DebugWire.ReadAnswer(DebugWire.Write(reader.Answer(query))));
        }
    }
}
