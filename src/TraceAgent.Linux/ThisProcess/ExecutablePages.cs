using System.Runtime.InteropServices;

namespace TraceAgent.Linux.ThisProcess;

/// <summary>The memory that this process's executable is mapped to.</summary>
public static unsafe partial class ExecutablePages
{
    private const uint Load = 1;
    private const uint Executable = 1;
    private const uint Writable = 2;
    private const int DontNeed = 4;

    /// <summary>
    /// Drops the pages of code from this process; those that are still needed come back from the page cache. Most were needed
    /// once: to start, to read arguments and rules, to resolve and compile.
    /// </summary>
    public static void ReleasePages() => _ = IteratePrograms(&ReleaseProgram, null);

    /// <summary>Releases the pages of the first object, which is the executable, and returns 1, which ends the iteration.</summary>
    [UnmanagedCallersOnly]
    private static int ReleaseProgram(ProgramInformation* program, nuint size, void* unused)
    {
        var page = (nuint)Environment.SystemPageSize;
        for (var i = 0; i < program->HeaderCount; i++)
        {
            // Code alone: the runtime keeps values of its own among the constants, which the file does not have.
            var header = program->Headers + i;
            if (header->Type != Load || (header->Flags & (Executable | Writable)) != Executable)
            {
                continue;
            }

            var start = (program->Base + header->Address) & ~(page - 1);
            var end = (program->Base + header->Address + header->FileSize + page - 1) & ~(page - 1);
            _ = Advise((void*)start, end - start, DontNeed);
        }

        return 1;
    }

    [LibraryImport("libc", EntryPoint = "dl_iterate_phdr")]
    private static partial int IteratePrograms(delegate* unmanaged<ProgramInformation*, nuint, void*, int> callback, void* data);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);

    /// <summary>The beginning of <c>struct dl_phdr_info</c> (link.h), on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramInformation
    {
        public nuint Base;
        public byte* Name;
        public ProgramHeader* Headers;
        public ushort HeaderCount;
    }

    /// <summary><c>Elf64_Phdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ProgramHeader
    {
        public uint Type;
        public uint Flags;
        public nuint Offset;
        public nuint Address;
        public nuint PhysicalAddress;
        public nuint FileSize;
        public nuint MemorySize;
        public nuint Alignment;
    }
}
