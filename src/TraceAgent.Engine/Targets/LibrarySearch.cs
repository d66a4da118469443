using System.Buffers.Binary;
using System.Globalization;
using TraceAgent.Capture.Plans;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>Finds libraries by name as the dynamic linkers of this machine do: glibc's, and musl's where it is installed.</summary>
/// <param name="architecture">The architecture of this machine.</param>
/// <param name="root">The prefix of every absolute path; empty for this machine's own.</param>
internal sealed class LibrarySearch(Architecture architecture, string root = "")
{
    private const int MaxListSize = 1 << 16;

    /// <summary>The files whose change may change the answer.</summary>
    public IReadOnlyList<string> Lists => [In("/etc/ld.so.cache"), In($"/etc/ld-musl-{architecture.Name}.path")];

    /// <summary>Finds each library of that name which some process may load; empty when there is none.</summary>
    public IReadOnlyList<string> Find(string name) => name == "libc.so" ? FindNewest(name) :
        [.. Glibc(name).Concat(Musl(name)).Where(IsOfThisMachine).DistinctBy(FileStatus.Of)];

    /// <summary>True for a name such as <c>libc</c>, which leaves the version out.</summary>
    public static bool IsStem(string name) => name.StartsWith("lib", StringComparison.Ordinal) && name.Length > "lib".Length;

    /// <summary>
    /// Finds the library that programs load for a name without a version: <c>libc.so.6</c> for <c>libc</c> or <c>libc.so</c>; of
    /// several versions the highest. That of musl only where there is no other.
    /// </summary>
    public IReadOnlyList<string> FindNewest(string name)
    {
        const string suffix = ".so";
        var stem = name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;
        var cached = LinkerCache.NamesOf(Read("/etc/ld.so.cache", LinkerCache.MaxSize), $"{stem}{suffix}.", Flags)
            .OrderByDescending(found => found, VersionOrder);
        foreach (var versioned in cached)
        {
            if (Glibc(versioned) is { Count: > 0 } paths)
            {
                return paths;
            }
        }

        return Glibc(stem + suffix) is { Count: > 0 } plain ? plain : [.. Musl(stem + suffix)];
    }

    /// <summary>The names of glibc's libraries that begin so.</summary>
    public IReadOnlyList<string> NamesOf(string prefix) =>
        LinkerCache.NamesOf(Read("/etc/ld.so.cache", LinkerCache.MaxSize), prefix, Flags);

    private static readonly IComparer<string> VersionOrder = Comparer<string>.Create((one, other) =>
    {
        var (left, right) = (Numbers(one), Numbers(other));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] != right[i])
            {
                return left[i].CompareTo(right[i]);
            }
        }

        return left.Length.CompareTo(right.Length);
    });

    private static long[] Numbers(string name) =>
        [.. name[(name.IndexOf(".so.", StringComparison.Ordinal) + ".so.".Length)..].Split('.').Select(part =>
            long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];

    private int Flags => architecture.ElfMachine == Architecture.X64.ElfMachine ? LibraryKind.X64 : LibraryKind.Arm64;

    private List<string> Glibc(string name)
    {
        var cached = LinkerCache.Find(Read("/etc/ld.so.cache", LinkerCache.MaxSize), name, Flags)
            .Select(In).Where(IsOfThisMachine).ToList();
        if (cached.Count > 0)
        {
            return cached;
        }

        var triplet = $"{architecture.Name}-linux-gnu";
        string[] folders = [$"/lib/{triplet}", $"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];
        return [.. folders.Select(folder => In($"{folder}/{name}")).Where(IsOfThisMachine).Take(1)];
    }

    private IEnumerable<string> Musl(string name)
    {
        if (FileStatus.Of(In($"/lib/ld-musl-{architecture.Name}.so.1")) is null)
        {
            return [];
        }

        var list = System.Text.Encoding.UTF8.GetString(Read($"/etc/ld-musl-{architecture.Name}.path", MaxListSize));
        var folders = list.Split([':', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (folders.Length > 0 ? folders : ["/lib", "/usr/local/lib", "/usr/lib"])
            .Where(folder => folder.StartsWith('/')).Select(folder => In($"{folder}/{name}")).Where(IsOfThisMachine).Take(1);
    }

    private string In(string path) => root + path;

    private byte[] Read(string path, int max)
    {
        try
        {
            using var file = File.OpenHandle(In(path));
            var bytes = new byte[Math.Min(RandomAccess.GetLength(file), max)];
            return bytes[..RandomAccess.Read(file, bytes, 0)];
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            // The dynamic linker of that process cannot read it either, and searches the default folders.
            return [];
        }
    }

    private bool IsOfThisMachine(string path)
    {
        const int machineOffset = 18;
        Span<byte> head = stackalloc byte[machineOffset + 2];
        try
        {
            if (FileStatus.Of(path) is not { Kind: FileKind.Regular })
            {
                return false;
            }

            using var file = File.OpenHandle(path);
            return RandomAccess.Read(file, head, 0) == head.Length
                && head.StartsWith("\u007fELF\u0002"u8)
                && BinaryPrimitives.ReadUInt16LittleEndian(head[machineOffset..]) == architecture.ElfMachine;
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>The flags of entries in <see cref="LinkerCache"/> (FLAG_ELF_LIBC6 and the processor's of sysdeps/generic/ldconfig.h).</summary>
internal static class LibraryKind
{
    public const int X64 = 0x0303;
    public const int Arm64 = 0x0a03;
}
