using System.Globalization;

namespace TraceAgent.Benchmarks;

/// <summary>A folder with the programs that the measurements need, built from <c>Programs</c>, and with their output.</summary>
internal sealed class WorkFolder : IDisposable
{
    public const int ManyFunctions = 10_000;

    private readonly string _path = Directory.CreateTempSubdirectory("traceagent-bench-").FullName;
    private readonly Dictionary<string, ulong> _functions = [];

    public WorkFolder(string agent)
    {
        Agent = agent;
        var programs = Path.Combine(AppContext.BaseDirectory, "Programs");
        var headers = $"/usr/include/{Machine.Output("gcc", "-dumpmachine")}";
        Machine.Output("gcc", "-O2", "-rdynamic", "-o", Target, Path.Combine(programs, "target.c"));
        Machine.Output("gcc", "-O2", "-rdynamic", $"-DMANY=\"{ManyFunctions}\"", "-o", Many, Path.Combine(programs, "target.c"));
        Machine.Output("gcc", "-O2", "-o", Measure, Path.Combine(programs, "measure.c"));
        Machine.Output(
            "clang", "-O2", "-g", "-target", "bpf", $"-I{headers}", "-c", "-o", FloorObject, Path.Combine(programs, "floor.bpf.c"));
        Machine.Output("gcc", "-O2", "-o", Floor, Path.Combine(programs, "floor.c"), "-lbpf");
        foreach (var line in Machine.Output("nm", Target).Split('\n'))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 3)
            {
                _functions.TryAdd(parts[2], ulong.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
        }
    }

    public string Agent { get; }

    public string Target => File("target");

    public string Many => File("many");

    public string Measure => File("measure");

    public string Floor => File("floor");

    public string FloorObject => File("floor.bpf.o");

    /// <summary>The virtual address of a function of the target, which is also its offset in the file: gcc places code so.</summary>
    public ulong AddressOf(string function) => _functions[function];

    public string File(string name) => Path.Combine(_path, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
