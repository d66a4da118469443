using System.Buffers.Binary;
using System.Text;
using CsCheck;
using TraceAgent.Engine.Targets;

namespace TraceAgent.Engine.Tests.Targets;

public sealed class LinkerCacheTests
{
    private static readonly byte[] Sample = Cache(
        ("libz.so.1", "/lib32/libz.so.1", 0x0003),
        ("libz.so.1", "/lib/libz.so.1", LibraryKind.X64),
        ("libz.so", "/lib/libz.so", LibraryKind.X64),
        ("libz.so.1", "/usr/lib/libz.so.1", LibraryKind.X64));

    [Fact]
    public void All_libraries_of_a_name_and_kind_are_found_in_order() =>
        Assert.Equal(["/lib/libz.so.1", "/usr/lib/libz.so.1"], LinkerCache.Find(Sample, "libz.so.1", LibraryKind.X64));

    [Fact]
    public void Another_name_or_kind_is_not_found()
    {
        Assert.Empty(LinkerCache.Find(Sample, "libz.so.2", LibraryKind.X64));
        Assert.Empty(LinkerCache.Find(Sample, "libz.so.1", LibraryKind.Arm64));
    }

    [Fact]
    public void The_newer_table_after_an_older_one_is_found()
    {
        byte[] both = [.. "ld.so-1.7.0\0"u8, .. new byte[20], .. Sample];

        Assert.Equal(["/lib/libz.so"], LinkerCache.Find(both, "libz.so", LibraryKind.X64));
    }

    [Fact]
    public void The_cache_of_this_machine_knows_the_C_library()
    {
        var found = LinkerCache.Find(File.ReadAllBytes("/etc/ld.so.cache"), "libc.so.6", LibraryKind.X64);

        Assert.Contains(found, File.Exists);
    }

    [Fact]
    public void Damaged_bytes_find_nothing_wrong_and_end_nothing() =>
        Gen.Select(Gen.Int[0, Sample.Length], Gen.Select(Gen.Int[0, Sample.Length - 1], Gen.Byte).Array[0, 20]).Sample(
            (length, changes) =>
            {
                var bytes = (byte[])Sample.Clone();
                foreach (var (at, value) in changes)
                {
                    bytes[at] = value;
                }

                Assert.All(LinkerCache.Find(bytes.AsSpan(0, length), "libz.so.1", LibraryKind.X64), path =>
                    Assert.StartsWith("/", path, StringComparison.Ordinal));
            },
            iter: 20_000);

    private static byte[] Cache(params (string Name, string Path, int Flags)[] entries)
    {
        var texts = new List<byte>();
        var start = 48 + (24 * entries.Length);
        var table = new byte[start];
        "glibc-ld.so.cache1.1"u8.CopyTo(table);
        BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(20), entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = table.AsSpan(48 + (24 * i));
            BinaryPrimitives.WriteInt32LittleEndian(entry, entries[i].Flags);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], Add(entries[i].Name));
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], Add(entries[i].Path));
        }

        return [.. table, .. texts];

        int Add(string text)
        {
            var at = start + texts.Count;
            texts.AddRange(Encoding.UTF8.GetBytes(text + "\0"));
            return at;
        }
    }
}
