using System.Reflection;

namespace TraceAgent.Repository.Tests;

/// <summary>The repository that these tests were built from.</summary>
internal static class Checkout
{
    private static readonly string[] Folders = ["src", "tests"];
    private static readonly string[] Made = ["obj", "bin", "node_modules"];

    /// <summary>Its folder, absolute.</summary>
    public static string Root { get; } = Path.GetFullPath(
        Path.Combine(
            typeof(Checkout).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "SourceFolder").Value!,
            "../.."));

    /// <summary>C# files of src/ and tests/, relative to <see cref="Root"/>; nothing that a build makes.</summary>
    public static IEnumerable<string> Sources => Folders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(Root, path))
        .Where(path => !path.Split('/').Any(Made.Contains));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));
}
