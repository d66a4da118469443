using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Interop;

/// <summary>The functions for objects that clang compiled. Functions that return a pointer set errno when it is null.</summary>
internal static unsafe partial class LibBpf
{
    /// <summary>Sets the function that prints messages; 0 silences libbpf, which would write to standard error by itself.</summary>
    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    public static partial nint SetPrint(nint function);

    [LibraryImport(Library, EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    public static partial nint ObjectOpen(byte* image, nuint size, ObjectOpenOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load")]
    public static partial int ObjectLoad(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    public static partial void ObjectClose(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_program")]
    public static partial nint ObjectNextProgram(nint bpfObject, nint program);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_map_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ObjectFindMap(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_program_by_name", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ObjectFindProgram(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_max_entries")]
    public static partial int MapSetMaxEntries(nint map, uint entries);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_type")]
    public static partial int MapSetType(nint map, int type);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_initial_value")]
    public static partial int MapSetInitialValue(nint map, void* value, nuint size);

    [LibraryImport(Library, EntryPoint = "bpf_map__fd")]
    public static partial int MapFd(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__max_entries")]
    public static partial uint MapMaxEntries(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_program__fd")]
    public static partial int ProgramFd(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach", SetLastError = true)]
    public static partial nint ProgramAttach(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_link__destroy")]
    public static partial int LinkDestroy(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get_info_by_fd")]
    public static partial int GetInfo(int fd, void* info, uint* length);

    [LibraryImport(Library, EntryPoint = "bpf_object__btf")]
    public static partial nint ObjectTypes(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "btf__raw_data")]
    public static partial void* TypesRaw(nint types, uint* size);

    [LibraryImport(Library, EntryPoint = "btf__new_empty")]
    public static partial nint TypesNew();

    [LibraryImport(Library, EntryPoint = "btf__free")]
    public static partial void TypesFree(nint types);

    [LibraryImport(Library, EntryPoint = "btf__add_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TypesAddInteger(nint types, string name, nuint bytes, int encoding);

    [LibraryImport(Library, EntryPoint = "btf__add_ptr")]
    public static partial int TypesAddPointer(nint types, int to);

    [LibraryImport(Library, EntryPoint = "btf__add_array")]
    public static partial int TypesAddArray(nint types, int indexType, int elementType, uint count);

    [LibraryImport(Library, EntryPoint = "btf__add_struct", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TypesAddStruct(nint types, string? name, uint bytes);

    [LibraryImport(Library, EntryPoint = "btf__add_union", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TypesAddUnion(nint types, string? name, uint bytes);

    [LibraryImport(Library, EntryPoint = "btf__add_field", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TypesAddField(nint types, string name, int type, uint bitOffset, uint bitSize);

    /// <summary><c>struct bpf_object_open_opts</c> up to the path of the kernel's types.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ObjectOpenOptions
    {
        public nuint Size;
        public byte* Name;
        public nuint RelaxedMaps;
        public byte* PinRoot;
        public nuint Unused;
        public byte* Configuration;
        public byte* Types;
    }
}
