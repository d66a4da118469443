using TraceAgent.Symbols.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>ELF files: any bytes give places or problems, at bounded cost. The seeds are what compilers really make.</summary>
internal sealed class ElfFiles : FuzzTarget
{
    private static readonly Lazy<byte[][]> Seeds = new(() =>
    {
        using var programs = new CompiledPrograms();
        return [.. new[] { programs.Traps, programs.TrapsStripped, programs.ShopStripped,
            programs.ShopWithCet, programs.Go, programs.Usdt, programs.Thrower, programs.Object }.Select(File.ReadAllBytes)];
    });

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"traceagent-fuzz-{Guid.NewGuid():N}");

    public override byte[] Make(Random random)
    {
        var bytes = (byte[])random.Pick(Seeds.Value).Clone();
        HostileFile.Change(bytes, random);
        return random.Next(50) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    public override void Check(byte[] input)
    {
        File.WriteAllBytes(_path, input);
        HostileFile.AskEverything(_path, "");
    }

    public override void Dispose()
    {
        File.Delete(_path);
        base.Dispose();
    }
}
