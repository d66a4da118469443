using TraceAgent.Bpf.Btf;
using TraceAgent.Bpf.Programs;

namespace TraceAgent.Bpf.Tests.Kernel;

/// <summary>
/// Of the kernel's types, our programs need little. That they find their fields by it, the tests of the process tracker show.
/// </summary>
public sealed class ReducedTypesTests
{
    [Fact]
    public void What_the_process_tracker_needs_of_the_types_of_this_kernel_is_small()
    {
        using var types = BpfObject.TypesFor("process");

        Assert.NotNull(types);
        Assert.InRange(File.ReadAllBytes(types.Path).Length, 500, 5_000);
    }

    [Fact]
    public void The_process_tracker_is_loaded_with_them_alone()
    {
        using var types = BpfObject.TypesFor("process");

        BpfObject.Attach("process", types!).Dispose();
    }

    [Fact]
    public void Every_structure_that_the_process_tracker_reads_is_there_at_its_size()
    {
        string[] names = [
            "task_struct", "mm_struct", "signal_struct", "file", "path", "inode", "super_block", "dentry", "qstr", "vfsmount", "mount"];
        using var types = BpfObject.TypesFor("process");
        var bytes = File.ReadAllBytes(types!.Path);
        using var kernel = KernelTypes.Read(names.ToHashSet());

        foreach (var name in names)
        {
            Assert.NotEmpty(SizesOf(kernel.Types, name));
            Assert.Equal(SizesOf(kernel.Types, name), SizesIn(bytes, name));
        }
    }

    private static List<uint> SizesOf(BtfTypes types, string name) =>
        [.. types.Composites(name).Select(number => types[number]).Where(type => type.Kind == BtfKind.Struct)
            .Select(type => type.SizeOrType).Order()];

    private static unsafe List<uint> SizesIn(byte[] raw, string name)
    {
        fixed (byte* at = raw)
        {
            var header = (BtfHeader*)at;
            var names = new BtfNames(at + header->StringsAt, header->StringsLength);
            return SizesOf(new BtfTypes(at + header->TypesAt, header->TypesLength, names, new HashSet<string> { name }), name);
        }
    }
}
