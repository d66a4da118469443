using System.Globalization;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Tests;

/// <summary>
/// <c>hold INTERFACE INDEX</c>: a process that denies everything on an interface until it is killed, or says why it cannot.
/// </summary>
internal static class Program
{
    private static void Main(string[] arguments)
    {
        if (arguments is not ["hold", var name, var index])
        {
            throw new ArgumentException("dotnet test runs the tests");
        }

        try
        {
            using var filter = PacketFilter.Load("held", new PacketFilterOptions());
            filter.Update([new IpPrefix(default, 0)], []);
            using var attachment = filter.Attach(int.Parse(index, CultureInfo.InvariantCulture), name, PacketMode.Auto);
            Console.WriteLine(attachment.Mode);
            Thread.Sleep(Timeout.Infinite);
        }
        catch (KernelException refusal)
        {
            Console.WriteLine(refusal.Message);
        }
    }
}
