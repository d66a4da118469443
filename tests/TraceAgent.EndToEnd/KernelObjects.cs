using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.EndToEnd;

/// <summary>
/// The BPF objects that a process holds, by the ids in its <c>/proc/PID/fdinfo</c>. Ids belong to the kernel, so
/// whether they are still alive can be asked after the process has gone; other agents on the machine do not matter.
/// </summary>
/// <param name="Links">Of rules.</param>
/// <param name="LinkKinds">Of rules.</param>
/// <param name="Tracepoints">The links by which processes are watched, as long as the agent runs.</param>
internal sealed partial record KernelObjects(
    IReadOnlySet<uint> Programs,
    IReadOnlySet<uint> Links, IReadOnlySet<uint> Maps, IReadOnlySet<string> LinkKinds, IReadOnlySet<uint> Tracepoints)
{
    private const string Tracepoint = "raw_tracepoint";

    // struct bpf_prog_info (linux/bpf.h): offset of name[16].
    private const int NameOffset = 64;

    public static KernelObjects Of(int pid)
    {
        HashSet<uint> programs = [], links = [], maps = [], tracepoints = [];
        HashSet<string> kinds = [];
        foreach (var file in Directory.EnumerateFiles($"/proc/{pid}/fdinfo"))
        {
            var linkKind = "";
            foreach (var (key, value) in Entries(file))
            {
                switch (key)
                {
                    case "prog_id": programs.Add(uint.Parse(value, CultureInfo.InvariantCulture)); break;
                    case "link_type": linkKind = value; break;
                    case "link_id":
                        (linkKind == Tracepoint ? tracepoints : links).Add(
                        uint.Parse(value, CultureInfo.InvariantCulture)); break;
                    case "map_id": maps.Add(uint.Parse(value, CultureInfo.InvariantCulture)); break;
                }
            }

            if (linkKind.Length > 0 && linkKind != Tracepoint)
            {
                kinds.Add(linkKind);
            }
        }

        return new KernelObjects(programs, links, maps, kinds, tracepoints);
    }

    /// <summary>The names of the programs that are alive.</summary>
    public IReadOnlyList<string> ProgramNames() => [.. Programs.Select(NameOfProgram).OfType<string>()];

    /// <summary>Waits until the kernel has freed all of them; it does so a little after the last descriptor is closed.</summary>
    public void AssertGone() => Eventually.True(
        () => Programs.All(id => Gone(bpf_prog_get_fd_by_id(id)))
            && Links.Concat(Tracepoints).All(id => Gone(bpf_link_get_fd_by_id(id)))
            && Maps.All(id => Gone(bpf_map_get_fd_by_id(id))),
        "the end of the agent's programs, links and maps in the kernel",
        () => string.Join(' ', ProgramNames()));

    private static IEnumerable<(string Key, string Value)> Entries(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (IOException)
        {
            // The descriptor was closed between the listing and the reading.
            yield break;
        }

        foreach (var line in lines)
        {
            if (line.Split(':', 2, StringSplitOptions.TrimEntries) is [var key, var value])
            {
                yield return (key, value);
            }
        }
    }

    private static bool Gone(int descriptor)
    {
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        return descriptor < 0;
    }

    private static string? NameOfProgram(uint id)
    {
        using var handle = new SafeFileHandle(bpf_prog_get_fd_by_id(id), ownsHandle: true);
        if (handle.IsInvalid)
        {
            return null;
        }

        var info = new byte[NameOffset + 16];
        var size = (uint)info.Length;
        Assert.Equal(0, bpf_obj_get_info_by_fd((int)handle.DangerousGetHandle(), info, ref size));
        return Encoding.ASCII.GetString(info, NameOffset, 16).TrimEnd('\0');
    }

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_prog_get_fd_by_id(uint id);

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_link_get_fd_by_id(uint id);

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_map_get_fd_by_id(uint id);

    [LibraryImport("libbpf.so.1")]
    private static partial int bpf_obj_get_info_by_fd(int descriptor, byte[] info, ref uint size);
}
