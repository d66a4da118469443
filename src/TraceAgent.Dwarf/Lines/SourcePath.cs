using System.Text;

namespace TraceAgent.Dwarf.Lines;

/// <summary>Paths of source files.</summary>
internal static class SourcePath
{
    // PATH_MAX of Linux.
    private const int MaxBytes = 4096;

    /// <summary>Joins a path: each part counts from the one before it, unless it is absolute.</summary>
    public static string Join(ReadOnlySpan<byte> root, ReadOnlySpan<byte> folder, ReadOnlySpan<byte> name)
    {
        var path = new StringBuilder();
        Append(path, root);
        Append(path, folder);
        Append(path, name);
        return Normalised(path.ToString());
    }

    /// <summary>
    /// True when a path ends with the asked one, whole parts of it: <c>src/cart.c</c> and <c>cart.c</c> fit
    /// <c>/srv/shop/src/cart.c</c>, and <c>art.c</c> does not.
    /// </summary>
    public static bool EndsWith(string path, string asked) =>
        path.EndsWith(asked, StringComparison.Ordinal)
        && (path.Length == asked.Length || asked.StartsWith('/') || path[path.Length - asked.Length - 1] == '/');

    /// <summary>The path without <c>.</c> and <c>..</c>, so that one file has one name.</summary>
    private static string Normalised(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal) && !path.StartsWith('.'))
        {
            return path;
        }

        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] is not ("" or ".."))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private static void Append(StringBuilder path, ReadOnlySpan<byte> part)
    {
        if (part.Length > MaxBytes)
        {
            part = part[..MaxBytes];
        }

        if (part.StartsWith("/"u8))
        {
            path.Clear();
        }
        else if (path.Length > 0 && !part.IsEmpty && path[^1] != '/')
        {
            path.Append('/');
        }

        path.Append(Encoding.UTF8.GetString(part));
    }
}
