using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// Finds the names in our own mount namespace of a file that may be known by another one: through bind mounts, from containers,
/// below overlays.
/// </summary>
internal static class FileNames
{
    private const int MaxNames = 256;

    /// <summary>The names that lead to the file that the kernel probes.</summary>
    /// <param name="file">The file to find.</param>
    /// <param name="real">The file's path where it was found.</param>
    /// <param name="mount">The mount by which it was found.</param>
    /// <param name="namespaces">The mount namespaces at this moment.</param>
    public static IEnumerable<string> Of(KernelFile file, string real, Mount mount, MountNamespaces namespaces)
    {
        var own = namespaces.Own;
        return Candidates(real, mount, own.Values).Prepend(real).Take(MaxNames).Distinct()
            .Where(name => (name == real && own.ContainsKey(mount.Id)) || (KernelFile.Of(name) is { } found && found.IsSameAs(file)));
    }

    /// <summary>
    /// The names at which the layers of an overlay have the file, whatever its times: a layer above may have other times and yet
    /// no content (<c>metacopy</c>), and the kernel probes the file that has the content.
    /// </summary>
    public static IEnumerable<string> Below(KernelFile file, string real, Mount mount) =>
        LayersOf(real, mount).Take(MaxNames).Where(name => KernelFile.Of(name) is { } found && found.MayBeBelow(file));

    private static IEnumerable<string> Candidates(string real, Mount mount, IEnumerable<Mount> own)
    {
        if (mount.Inside(real) is not { } inside)
        {
            return [];
        }

        return own.Where(other => other.Device == mount.Device)
            .Select(other => other.Outside(inside)).OfType<string>().Concat(LayersOf(real, mount));
    }

    private static IEnumerable<string> LayersOf(string real, Mount mount) => mount.Inside(real) is not { } inside ? []
        : mount.Layers.Where(layer => layer.StartsWith('/')).Select(layer => Mount.Join(layer, inside.TrimStart('/')));
}
