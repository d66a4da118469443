using System.IO.MemoryMappedFiles;

namespace TraceAgent.Fuzz;

/// <summary>
/// The input that each worker is at, in a file that outlives the process: a stack that overflows ends it without a word,
/// and the next run still knows where.
/// </summary>
internal sealed class Positions : IDisposable
{
    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _values;

    public Positions(string target, int seed, int workers)
    {
        _path = PathOf(target);
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, null, sizeof(int) * (workers + 1));
        _values = _file.CreateViewAccessor();
        _values.Write(0, seed);
    }

    public int this[int worker]
    {
        get => _values.ReadInt32(sizeof(int) * (worker + 1));
        set => _values.Write(sizeof(int) * (worker + 1), value);
    }

    /// <summary>Where a run that died was; null when the last one ended.</summary>
    public static (int Seed, IReadOnlyList<int> Inputs)? OfDead(string target)
    {
        if (!File.Exists(PathOf(target)))
        {
            return null;
        }

        var values = File.ReadAllBytes(PathOf(target)).Chunk(sizeof(int)).Select(four => BitConverter.ToInt32(four)).ToList();
        return (values[0], values[1..]);
    }

    public void Dispose()
    {
        _values.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    private static string PathOf(string target) => Path.Combine(AppContext.BaseDirectory, $"{target}.positions");
}
