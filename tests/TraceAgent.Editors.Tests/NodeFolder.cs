using TraceAgent.EndToEnd;

namespace TraceAgent.Editors.Tests;

/// <summary>This project's folder, where npm has put what package-lock.json names.</summary>
internal static class NodeFolder
{
    public static string Path(string name)
    {
        var path = System.IO.Path.Combine(Repository.Root, "tests/TraceAgent.Editors.Tests", name);
        Assert.True(File.Exists(path), $"{path} is missing: run 'make test-needs'");
        return path;
    }
}
