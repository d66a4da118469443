using System.Reflection;
using System.Security.Cryptography;

namespace TraceAgent.Fuzz;

/// <summary>Inputs that failed once, as files: <c>Corpus/TARGET/HASH.bin</c>. Tests check them for ever after.</summary>
internal static class Corpus
{
    private static readonly string Source = typeof(Corpus).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "SourceFolder").Value!;

    public static IEnumerable<string> Names =>
        from path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Corpus"), "*.bin", SearchOption.AllDirectories).Order(
            StringComparer.Ordinal)
        select Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "Corpus"), path);

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpus", name));

    /// <summary>Keeps an input in the source folder, and returns its path from there.</summary>
    public static string Keep(string target, byte[] input)
    {
        var name = Path.Combine("Corpus", target, $"{Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 6))}.bin");
        Directory.CreateDirectory(Path.Combine(Source, "Corpus", target));
        File.WriteAllBytes(Path.Combine(Source, name), input);
        return name;
    }
}
