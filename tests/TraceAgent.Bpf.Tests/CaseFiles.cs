using System.Reflection;

namespace TraceAgent.Bpf.Tests;

/// <summary>What is expected as whole texts; <c>UPDATE_CASES=1</c> writes them anew, to be read before they are committed.</summary>
internal static class CaseFiles
{
    private static readonly string SourceFolder = typeof(CaseFiles).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "SourceFolder").Value!;

    private static bool Update => Environment.GetEnvironmentVariable("UPDATE_CASES") == "1";

    public static void AssertMatches(string name, string actual)
    {
        if (Update)
        {
            File.WriteAllText(Path.Combine(SourceFolder, "Cases", name), actual);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cases", name)), actual);
    }
}
