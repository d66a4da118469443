using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Benchmarks.Packets;

/// <summary>The least that an XDP program can do: pass the packet.</summary>
internal static unsafe class FloorProgram
{
    private const int TypeXdp = 6;
    private const byte MoveImmediate = 0xb7;
    private const byte Exit = 0x95;

    public static BpfHandle Load()
    {
        var code = stackalloc ulong[] { new Instruction(MoveImmediate, 0, 0, 0, 2).Encoded, new Instruction(Exit, 0, 0, 0, 0).Encoded };
        var options = new LibBpf.ProgLoadOptions { Size = (nuint)sizeof(LibBpf.ProgLoadOptions) };
        var fd = LibBpf.ProgLoad(TypeXdp, "floor", "GPL", code, 2, &options);
        return fd >= 0 ? new BpfHandle(fd) : throw new KernelException("load", "the floor", -fd);
    }
}
