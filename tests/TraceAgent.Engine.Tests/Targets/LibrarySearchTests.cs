using TraceAgent.Capture.Plans;
using TraceAgent.Engine.Targets;

namespace TraceAgent.Engine.Tests.Targets;

/// <summary>In a folder that stands for the root of a machine.</summary>
public sealed class LibrarySearchTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly LibrarySearch _search;

    public LibrarySearchTests() => _search = new LibrarySearch(Architecture.X64, _root.Root);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Without_a_cache_the_folder_of_the_processor_comes_first()
    {
        Install("usr/lib/libz.so.1");
        Install("usr/lib/x86_64-linux-gnu/libz.so.1");

        Assert.Equal([_root["usr/lib/x86_64-linux-gnu/libz.so.1"]], _search.Find("libz.so.1"));
    }

    [Fact]
    public void A_library_of_another_processor_is_passed_over()
    {
        Install("lib/x86_64-linux-gnu/libz.so.1", machine: 183);
        Install("lib64/libz.so.1");

        Assert.Equal([_root["lib64/libz.so.1"]], _search.Find("libz.so.1"));
    }

    [Fact]
    public void Musl_has_its_own_folders_beside()
    {
        Install("lib/ld-musl-x86_64.so.1");
        Install("lib64/libz.so.1");
        Install("opt/musl/libz.so.1");
        _root.Folder("etc");
        File.WriteAllText(_root["etc/ld-musl-x86_64.path"], "relative\n/opt/none:/opt/musl\n");

        Assert.Equal([_root["lib64/libz.so.1"], _root["opt/musl/libz.so.1"]], _search.Find("libz.so.1"));
    }

    [Fact]
    public void A_name_without_a_version_is_never_the_library_of_musl_where_there_is_another()
    {
        Install("lib/ld-musl-x86_64.so.1");
        Install("lib/libc.so");

        Assert.Equal([_root["lib/libc.so"]], _search.FindNewest("libc"));
        Assert.EndsWith("/libc.so.6", Assert.Single(new LibrarySearch(Architecture.OfThisMachine).FindNewest("libc")));
        Assert.EndsWith("/libc.so.6", Assert.Single(new LibrarySearch(Architecture.OfThisMachine).Find("libc.so")));
    }

    [Fact]
    public void What_is_no_library_is_not_found()
    {
        _root.Folder("lib64/libz.so.1");
        _root.Folder("lib");
        File.WriteAllText(_root["lib/libz.so.1"], "/* GNU ld script */");

        Assert.Empty(_search.Find("libz.so.1"));
    }

    private void Install(string path, ushort machine = 62)
    {
        _root.Folder(Path.GetDirectoryName(path)!);
        byte[] head = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, (byte)machine, 0];
        File.WriteAllBytes(_root[path], head);
    }
}
