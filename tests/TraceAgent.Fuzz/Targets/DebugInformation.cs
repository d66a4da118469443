using TraceAgent.Dwarf.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>
/// Debug information: any bytes give lines, scopes and places or none, at bounded cost. The seeds are what compilers make.
/// </summary>
internal sealed class DebugInformation : FuzzTarget
{
    private static readonly Lazy<byte[][]> Seeds = new(() =>
    {
        using var programs = new DebugPrograms();
        return
        [
            .. new[]
            {
                ("gcc", "-O0 -gdwarf-3"), ("gcc", "-O2 -gdwarf-4"), ("gcc", "-O2 -gdwarf-5"), ("gcc", "-O2 -gdwarf-5 -gdwarf64"),
                ("gcc", "-O1 -g -fno-asynchronous-unwind-tables"), ("gcc", "-O1 -g -fdebug-types-section -gz=zlib"),
                ("clang", "-O2 -gdwarf-4"), ("clang", "-O1 -gdwarf-5"),
            }.Select(one => File.ReadAllBytes(programs.Compile(one.Item1, $"{one.Item2}", "items.c"))),
        ];
    });

    public override byte[] Make(Random random)
    {
        var bytes = (byte[])random.Pick(Seeds.Value).Clone();
        HostileDebugInfo.Change(bytes, random);
        return random.Next(50) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    public override void Check(byte[] input) => HostileDebugInfo.AskEverything(input);
}
