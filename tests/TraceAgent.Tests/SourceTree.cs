using System.Reflection;

namespace TraceAgent.Tests;

/// <summary>The repository that these tests were built in.</summary>
internal static class SourceTree
{
    private static string Root { get; } = typeof(SourceTree).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Read(string path) => File.ReadAllText(PathOf(path));

    public static string PathOf(string path) => Path.GetFullPath(Path.Combine(Root, path));
}
