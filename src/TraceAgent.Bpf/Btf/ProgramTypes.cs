using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Btf;

/// <summary>
/// The types of a program's functions, which the kernel wants to know when a helper calls one of them back
/// (check_btf_func in kernel/bpf/verifier.c). They are the same for every program.
/// </summary>
internal static unsafe class ProgramTypes
{
    /// <summary>The BTF ID of the main function's type: see <see cref="Make"/>.</summary>
    public const uint Main = 4;

    public const uint Touch = 6;

    public const uint Judge = 8;

    /// <summary>
    /// The linkage of a function that is not called from other objects (BTF_FUNC_STATIC). Only such a function may be called
    /// back.
    /// </summary>
    private const int Static = 0;

    /// <summary>The linkage of a function that the verifier looks at once, and not again at every call (BTF_FUNC_GLOBAL).</summary>
    private const int Global = 1;

    /// <exception cref="KernelException">Not permitted, or the kernel knows no BTF.</exception>
    public static BpfHandle Load()
    {
        var types = Make();
        fixed (byte* at = types)
        {
            var fd = LibBpf.TypesLoad(at, (nuint)types.Length, null);
            return fd >= 0
                ? new BpfHandle(fd)
                : throw new KernelException("load", "the types of a program's functions", -fd, Privileges.RemedyFor(-fd));
        }
    }

    private static byte[] Make()
    {
        const int number = 1;
        const int pointer = 2;
        var strings = new StringBuilder("\0");
        var types = new List<int>();
        int Name(string text)
        {
            var at = strings.Length;
            strings.Append(text).Append('\0');
            return at;
        }

        void Add(int name, BtfKind kind, int count, int sizeOrType, params ReadOnlySpan<int> more)
        {
            types.AddRange(name, ((int)kind << 24) | count, sizeOrType);
            types.AddRange(more);
        }

        // A number of 64 bits; a pointer to anything; then each prototype and its function.
        Add(Name("number"), BtfKind.Int, 0, sizeof(long), 64);
        Add(0, BtfKind.Pointer, 0, 0);
        Add(0, BtfKind.Prototype, 1, number, Name("context"), pointer);
        Add(Name("probe"), BtfKind.Function, Static, 3);
        Add(0, BtfKind.Prototype, 1, number, Name("address"), number);
        Add(Name("touch"), BtfKind.Function, Global, 5);
        Add(0, BtfKind.Prototype, 3, number, Name("task"), pointer, Name("mapping"), pointer, Name("verdict"), pointer);
        Add(Name("judge"), BtfKind.Function, Static, 7);
        var typeBytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(types));
        return [.. BtfHeader.Bytes(typeBytes.Length, strings.Length), .. typeBytes, .. Encoding.ASCII.GetBytes(strings.ToString())];
    }
}
