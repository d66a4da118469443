using TraceAgent.Linux;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// By which names of our own mount namespace a file can be had that somebody may know by another: through bind mounts, from
/// containers, below overlays.
/// </summary>
internal static class FileNames
{
    private const int Most = 256;

    /// <summary>Names that lead to the file that the kernel probes.</summary>
    /// <param name="file">To be found.</param>
    /// <param name="real">Its path where it was found.</param>
    /// <param name="mount">By which it was found.</param>
    /// <param name="namespaces">Of this moment.</param>
    public static IEnumerable<string> Of(KernelFile file, string real, Mount mount, MountNamespaces namespaces)
    {
        var own = namespaces.Own;
        return Candidates(real, mount, own.Values).Prepend(real).Take(Most).Distinct()
            .Where(name => (name == real && own.ContainsKey(mount.Id)) || (KernelFile.Of(name) is { } found && found.IsSameAs(file)));
    }

    /// <summary>
    /// Names at which the layers of an overlay have the file, whatever its times: a layer above may hold other ones and yet no
    /// content (<c>metacopy</c>), and the kernel probes the file that has the content.
    /// </summary>
    public static IEnumerable<string> Below(KernelFile file, string real, Mount mount) =>
        LayersOf(real, mount).Take(Most).Where(name => KernelFile.Of(name) is { } found && found.MayBeBelow(file));

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
