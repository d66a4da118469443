using System.Reflection;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

/// <summary>
/// Rule files with what is said about them beside each (<c>.expected</c>). Three folders: valid ones, those that the JSON
/// Schema rejects too, and those that only the reader can judge.
/// </summary>
internal static class CaseFiles
{
    public static string SourceFolder { get; } = typeof(CaseFiles).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "SourceFolder").Value!;

    public static bool Update => Environment.GetEnvironmentVariable("UPDATE_CASES") == "1";

    public static TheoryData<string> In(params string[] folders) => [.. folders.SelectMany(NamesIn)];

    public static IEnumerable<string> NamesIn(string folder) =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Cases", folder), "*.yaml")
            .Select(p => $"{folder}/{Path.GetFileName(p)}")
            .Order(StringComparer.Ordinal);

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Cases", name);

    /// <summary>Compares with the file beside the case; with UPDATE_CASES=1, writes that.</summary>
    public static void Expect(string name, string actual)
    {
        var expected = Path.ChangeExtension(name, ".expected");
        if (Update)
        {
            File.WriteAllText(Path.Combine(SourceFolder, "Cases", expected), actual);
            return;
        }

        Assert.Equal(File.ReadAllText(PathOf(expected)), actual);
    }

    /// <summary>Reads a case under the name of its file, with <c>/srv/shop/rules</c> as its folder.</summary>
    public static RuleFile Read(string name) =>
        RuleFileReader.Read(Path.GetFileName(name), "/srv/shop/rules", File.ReadAllBytes(PathOf(name)));
}
