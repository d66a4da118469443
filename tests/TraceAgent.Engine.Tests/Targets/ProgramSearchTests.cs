using TraceAgent.Engine.Targets;

namespace TraceAgent.Engine.Tests.Targets;

public sealed class ProgramSearchTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_first_folder_that_has_the_program_counts()
    {
        Install("one/server", executable: false);
        Install("two/server");
        Install("three/server");

        Assert.Equal(_root["two/server"], ProgramSearch.Find("server", [_root["one"], _root["two"], _root["three"]]));
    }

    [Fact]
    public void A_script_that_chooses_a_version_is_passed_over_for_the_program_after_it()
    {
        Install("shims/python3", "#!/bin/sh\n");
        Install("bin/python3");

        Assert.Equal(_root["bin/python3"], ProgramSearch.Find("python3", [_root["shims"], _root["bin"]]));
        Assert.Equal(_root["shims/python3"], ProgramSearch.Find("python3", [_root["shims"]]));
    }

    [Fact]
    public void Relative_folders_are_left_out_and_those_of_system_programs_are_searched_always() =>
        Assert.Equal(
            ["/opt/bin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/sbin", "/bin"],
            ProgramSearch.Folders(".:/opt/bin:bin::/usr/bin"));

    [Fact]
    public void What_was_tried_is_said() =>
        Assert.Equal(
            "no program libx in /usr/bin:/bin, and the dynamic linker knows no libx.so; a relative path is written ./libx",
            ProgramSearch.Tried("libx", ["/usr/bin", "/bin"], isLibrary: true));

    private void Install(string path, string content = "\u007fELF", bool executable = true)
    {
        _root.Folder(Path.GetDirectoryName(path)!);
        File.WriteAllText(_root[path], content);
        File.SetUnixFileMode(_root[path], UnixFileMode.UserRead | (executable ? UnixFileMode.UserExecute : UnixFileMode.None));
    }
}
