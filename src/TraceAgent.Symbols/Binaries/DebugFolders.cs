using TraceAgent.Capture;

namespace TraceAgent.Symbols.Binaries;

/// <summary>The folders below which separate debug information of binaries is looked for, in this order.</summary>
/// <param name="Paths">Absolute paths.</param>
public sealed record DebugFolders(EquatableArray<string> Paths)
{
    /// <summary>The folder in which packages put theirs.</summary>
    public const string OfPackages = "/usr/lib/debug";

    public static DebugFolders Default { get; } = new([OfPackages]);

    /// <summary>The paths at which the file of a build may be.</summary>
    /// <param name="id">The build id, more than two hexadecimal digits.</param>
    public IEnumerable<string> OfBuild(string id) => Paths.Select(path => $"{path}/.build-id/{id[..2]}/{id[2..]}.debug");

    /// <summary>
    /// The paths at which the file may be that a binary names: beside it, or below the folders. gdb, "Separate Debug Files".
    /// </summary>
    /// <param name="folder">The folder of the binary, absolute.</param>
    /// <param name="name">The name of the file.</param>
    public IEnumerable<string> OfLink(string folder, string name) =>
        [$"{folder}/{name}", $"{folder}/.debug/{name}", .. Paths.SelectMany(path => new[] { $"{path}{folder}/{name}", $"{path}/{name}" })];
}
