using TraceAgent.Engine.Targets;

namespace TraceAgent.Engine.Tests.Targets;

public sealed class PathGlobTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_match_is_found_in_order_and_nothing_else()
    {
        foreach (var path in new[]
            { "app-2/bin/server", "app-1/bin/server", "app-10/bin/server", "app-1/bin/other", "other/bin/server", ".app-0/bin/server" })
        {
            Add(path);
        }

        _folder.Folder("app-3/bin/server");

        Assert.Equal(
            [_folder["app-1/bin/server"], _folder["app-10/bin/server"], _folder["app-2/bin/server"]], Find("app-*/bin/server").Files);
        Assert.Equal([_folder["app-1/bin/server"], _folder["app-2/bin/server"]], Find("app-?/*/server").Files);
        Assert.Equal([_folder[".app-0/bin/server"]], Find(".app*/bin/s*r").Files);
    }

    [Fact]
    public void Where_another_match_would_appear_is_told()
    {
        Add("app-1/bin/server");

        Assert.Equal(
            [new WatchedName(_folder.Root, "app-*"), new WatchedName(_folder["app-1/bin"], "server")],
            Find("app-*/bin/server").WatchedNames);
    }

    [Fact]
    public void A_pattern_without_matches_finds_nothing()
    {
        Assert.Empty(Find("none-*/bin/server").Files);
        Assert.Empty(Find("none/*").Files);
    }

    [Fact]
    public void More_files_than_wanted_are_cut()
    {
        Add("a1");
        Add("a2");
        Add("a3");

        Assert.False(PathGlob.Find(_folder["a*"], 3).IsCut);
        Assert.True(PathGlob.Find(_folder["a*"], 2).IsCut);
    }

    [Fact]
    public void A_link_to_a_file_is_a_match_and_one_to_nothing_is_none()
    {
        Add("file");
        File.CreateSymbolicLink(_folder["link-1"], _folder["file"]);
        File.CreateSymbolicLink(_folder["link-2"], _folder["nothing"]);

        Assert.Equal([_folder["link-1"]], Find("link-*").Files);
    }

    private (IReadOnlyList<string> Files, bool IsCut, IReadOnlyList<WatchedName> WatchedNames) Find(string pattern) =>
        PathGlob.Find(_folder[pattern], 256);

    private void Add(string path)
    {
        _folder.Folder(Path.GetDirectoryName(path)!);
        File.WriteAllText(_folder[path], "");
    }
}
