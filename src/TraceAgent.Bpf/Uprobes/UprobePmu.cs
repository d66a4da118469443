using System.Globalization;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>The numbers that this kernel gave its uprobe event source (Documentation/ABI/testing/sysfs-bus-event_source-devices).</summary>
internal static class UprobePmu
{
    private const string Folder = "/sys/bus/event_source/devices/uprobe";

    public static uint Type => uint.Parse(Read("type"), CultureInfo.InvariantCulture);

    /// <summary>The bit of <c>config</c> that asks for the return, written there as <c>config:0</c>.</summary>
    public static ulong ReturnBit => 1ul << int.Parse(Read("format/retprobe").AsSpan("config:".Length), CultureInfo.InvariantCulture);

    /// <summary>The bits of <c>config</c> for a counter's place in the file, written there as <c>config:32-63</c>.</summary>
    /// <exception cref="KernelException">The place is beyond what the bits can say, or this kernel has none.</exception>
    public static ulong ReferenceCounter(ulong offset)
    {
        if (offset == 0)
        {
            return 0;
        }

        var bits = Read("format/ref_ctr_offset").AsSpan("config:".Length);
        var first = int.Parse(bits[..bits.IndexOf('-')], CultureInfo.InvariantCulture);
        var last = int.Parse(bits[(bits.IndexOf('-') + 1)..], CultureInfo.InvariantCulture);
        return offset >> (last - first + 1) == 0
            ? offset << first
            : throw new KernelException("attach uprobe",
                $"with its counter at 0x{offset:x} of the file", KernelException.Einval, "perf events take no counter beyond 4 GiB");
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder, file)).Trim();
        }
        catch (IOException)
        {
            throw new KernelException(
                "read", Path.Combine(Folder, file), KernelException.Enoent, "needs a kernel with CONFIG_UPROBE_EVENTS and sysfs at /sys");
        }
    }
}
