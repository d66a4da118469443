using System.Globalization;

namespace TraceAgent.Bpf.Kernel;

/// <summary>The numbers that this kernel gave its uprobe event source (Documentation/ABI/testing/sysfs-bus-event_source-devices).</summary>
internal static class UprobePmu
{
    private const string Folder = "/sys/bus/event_source/devices/uprobe";

    public static uint Type => uint.Parse(Read("type"), CultureInfo.InvariantCulture);

    /// <summary>The bit of <c>config</c> that asks for the return, written there as <c>config:0</c>.</summary>
    public static ulong ReturnBit => 1ul << int.Parse(Read("format/retprobe").AsSpan("config:".Length), CultureInfo.InvariantCulture);

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder, file)).Trim();
        }
        catch (IOException)
        {
            throw new KernelException("read", Path.Combine(Folder, file), KernelException.Enoent, "needs a kernel with CONFIG_UPROBE_EVENTS and sysfs at /sys");
        }
    }
}
