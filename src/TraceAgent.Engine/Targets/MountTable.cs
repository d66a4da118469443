using System.Globalization;
using System.Text;

namespace TraceAgent.Engine.Targets;

/// <summary>A mount (proc_pid_mountinfo(5)).</summary>
/// <param name="Id">The ID, unique at any time, over all namespaces.</param>
/// <param name="Device">The device of its file system.</param>
/// <param name="Root">The folder of the file system that is seen there.</param>
/// <param name="Point">The path of the mount point.</param>
/// <param name="Layers">The folders below an overlay, as whoever mounted it wrote them; else none.</param>
internal sealed record Mount(ulong Id, string Device, string Root, string Point, IReadOnlyList<string> Layers)
{
    /// <summary>The path within the file system of what has a path at this mount; null when that path is not at it.</summary>
    public string? Inside(string path) => Below(Point, path) is { } rest ? Join(Root, rest) : null;

    /// <summary>The path at this mount of what has that path within the file system; null when it is not seen here.</summary>
    public string? Outside(string inside) => Below(Root, inside) is { } rest ? Join(Point, rest) : null;

    public static string Join(string folder, string rest) => rest.Length == 0 ? folder : $"{folder.TrimEnd('/')}/{rest}";

    private static string? Below(string folder, string path)
    {
        var prefix = folder.TrimEnd('/');
        if (path == folder)
        {
            return "";
        }

        return path.StartsWith(prefix, StringComparison.Ordinal) && path.Length > prefix.Length && path[prefix.Length] == '/'
            ? path[(prefix.Length + 1)..]
            : null;
    }
}

/// <summary>Reads the mounts that a process sees.</summary>
internal static class MountTable
{
    private const int FixedFields = 6;
    private const int MaxLayers = 500;

    /// <summary>Reads a mount table; empty when the process has ended or is hidden from us.</summary>
    /// <param name="path">The path, such as <c>/proc/self/mountinfo</c>.</param>
    public static IReadOnlyDictionary<ulong, Mount> Read(string path)
    {
        var mounts = new Dictionary<ulong, Mount>();
        try
        {
            foreach (var line in File.ReadLines(path, Encoding.UTF8))
            {
                if (Parse(line) is { } mount)
                {
                    mounts[mount.Id] = mount;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return new Dictionary<ulong, Mount>();
        }

        return mounts;
    }

    /// <summary>Parses a line; null for one of another form.</summary>
    public static Mount? Parse(string line)
    {
        // 36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        var fields = line.Split(' ');
        var end = Array.IndexOf(fields, "-", Math.Min(FixedFields, fields.Length));
        if (end < 0 || end + 1 >= fields.Length || !ulong.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        var layers = fields[end + 1] == "overlay" && end + 3 < fields.Length ? LayersOf(Plain(fields[end + 3])) : [];
        return new Mount(id, fields[2], Plain(fields[3]), Plain(fields[4]), layers);
    }

    /// <summary>
    /// Splits the layers of an overlay: options are separated by commas, layers by colons; a backslash takes the meaning from
    /// both.
    /// </summary>
    private static List<string> LayersOf(string options)
    {
        var layers = new List<string>();
        foreach (var option in Split(options, ','))
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && option[..equals].TrimEnd('+') is "lowerdir" or "upperdir" or "datadir")
            {
                layers.AddRange(Split(option[(equals + 1)..], ':')
                    .Where(layer => layer.Length > 0)
                    .Select(layer => layer.Replace("\\", "", StringComparison.Ordinal)));
            }
        }

        return layers.Count > MaxLayers ? layers[..MaxLayers] : layers;
    }

    private static IEnumerable<string> Split(string text, char separator)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == separator)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    /// <summary>The text of a field: blanks, tabs, line ends and backslashes are written as octal numbers.</summary>
    private static string Plain(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        var plain = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && field.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                plain.Append((char)Convert.ToInt32(field.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                plain.Append(field[i]);
            }
        }

        return plain.ToString();
    }
}
