using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Interop;

/// <summary>
/// The functions of libbpf (1.0 or newer) that we use, one signature each (bpf.h, libbpf.h). Negative results are -errno.
/// </summary>
internal static unsafe partial class LibBpf
{
    /// <summary>The name with the version of the ABI: the plain name exists only where the development package is installed.</summary>
    public const string Library = "libbpf.so.1";

    [LibraryImport(Library, EntryPoint = "bpf_map_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MapCreate(int type, string name, uint keySize, uint valueSize, uint maxEntries, MapCreateOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem")]
    public static partial int MapLookup(int fd, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem")]
    public static partial int MapUpdate(int fd, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_elem")]
    public static partial int MapDelete(int fd, void* key);

    [LibraryImport(Library, EntryPoint = "bpf_map_get_next_key")]
    public static partial int MapNextKey(int fd, void* key, void* next);

    /// <param name="fd">The map's file descriptor.</param>
    /// <param name="keys">The keys, one after the other, as the values.</param>
    /// <param name="values">The values, as many as there are keys.</param>
    /// <param name="count">The number of keys; on return, the number that was done.</param>
    /// <param name="options"><c>struct bpf_map_batch_opts</c>, or null.</param>
    [LibraryImport(Library, EntryPoint = "bpf_map_update_batch")]
    public static partial int MapUpdateBatch(int fd, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_batch")]
    public static partial int MapDeleteBatch(int fd, void* keys, uint* count, void* options);

    /// <param name="fd">The map's file descriptor.</param>
    /// <param name="after">The position where the batch before ended; null to begin.</param>
    /// <param name="end">The position where this one ends.</param>
    /// <param name="keys">A buffer with room for <paramref name="count"/>.</param>
    /// <param name="values">A buffer with room for <paramref name="count"/>.</param>
    /// <param name="count">The room for keys; on return, their number.</param>
    /// <param name="options"><c>struct bpf_map_batch_opts</c>, or null.</param>
    /// <returns>-ENOENT with the last batch, -ENOSPC when there is not even room for one bucket of the table.</returns>
    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_batch")]
    public static partial int MapLookupBatch(int fd, void* after, void* end, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_xdp_query")]
    public static partial int XdpQuery(int interfaceIndex, int flags, XdpQueryOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_prog_get_fd_by_id")]
    public static partial int ProgramFdById(uint id);

    [LibraryImport(Library, EntryPoint = "bpf_prog_load", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ProgLoad(int type, string name, string license, ulong* instructions, nuint count, ProgLoadOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_raw_tracepoint_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RawTracepointOpen(string name, int programFd);

    /// <param name="types">The types in BTF.</param>
    /// <param name="size">The size in bytes.</param>
    /// <param name="options"><c>struct bpf_btf_load_opts</c>, or null.</param>
    [LibraryImport(Library, EntryPoint = "bpf_btf_load")]
    public static partial int TypesLoad(void* types, nuint size, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_prog_test_run_opts")]
    public static partial int ProgTestRun(int fd, TestRunOptions* options);

    /// <returns>A descriptor; statistics are kept as long as it is open.</returns>
    [LibraryImport(Library, EntryPoint = "bpf_enable_stats")]
    public static partial int EnableStats(int type);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get_info_by_fd")]
    public static partial int GetObjectInfo(int fd, void* info, uint* size);

    [LibraryImport(Library, EntryPoint = "libbpf_num_possible_cpus")]
    public static partial int PossibleCpus();

    /// <summary><c>struct bpf_map_create_opts</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MapCreateOptions
    {
        public nuint Size;
        public uint BtfFd;
        public uint BtfKeyType;
        public uint BtfValueType;
        public uint BtfVmlinuxValueType;
        public uint InnerMapFd;
        public uint Flags;
        public ulong Extra;
        public uint NumaNode;
        public uint Ifindex;
    }

    /// <summary><c>struct bpf_xdp_query_opts</c> of libbpf 1.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct XdpQueryOptions
    {
        public nuint Size;
        public uint ProgramId;
        public uint NativeProgramId;
        public uint OffloadedProgramId;
        public uint GenericProgramId;
        public byte AttachMode;
    }

    /// <summary><c>struct bpf_prog_load_opts</c> up to <c>log_buf</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ProgLoadOptions
    {
        public nuint Size;
        public int Attempts;
        public int ExpectedAttachType;
        public uint BtfFd;
        public uint Flags;
        public uint Ifindex;
        public uint KernelVersion;
        public uint AttachBtfId;
        public uint AttachProgFd;
        public uint AttachBtfObjFd;
        public nint FdArray;
        public void* FuncInfo;
        public uint FuncInfoCount;
        public uint FuncInfoRecordSize;
        public nint LineInfo;
        public uint LineInfoCount;
        public uint LineInfoRecordSize;
        public uint LogLevel;
        public uint LogSize;
        public byte* LogBuffer;
    }

    /// <summary><c>struct bpf_test_run_opts</c> up to <c>cpu</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TestRunOptions
    {
        public nuint Size;
        public nint In;
        public nint Out;
        public uint InSize;
        public uint OutSize;
        public nint ContextIn;
        public nint ContextOut;
        public uint ContextInSize;
        public uint ContextOutSize;
        public uint Returned;
        public int Repeat;
        public uint Duration;
        public uint Flags;
        public uint Cpu;
    }

    /// <summary><c>struct bpf_prog_info</c> up to <c>recursion_misses</c>; only what we read has a name.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 216)]
    public struct ProgramInfo
    {
        [FieldOffset(192)]
        public ulong RunTimeNs;

        [FieldOffset(200)]
        public ulong Runs;
    }
}
