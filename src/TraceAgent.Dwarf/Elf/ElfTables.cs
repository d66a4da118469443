using System.Runtime.InteropServices;

namespace TraceAgent.Dwarf.Elf;

/// <summary>A program header: what the kernel and the loader map. ELF-64 Object File Format, "Program Header".</summary>
public sealed record ElfSegment
{
    public const uint Load = 1;
    public const uint Dynamic = 2;
    public const uint Interpreter = 3;
    public const uint Note = 4;
    public const uint ThreadLocal = 7;
    public const uint EhFrameHeader = 0x6474e550;

    /// <summary>PT_ constant.</summary>
    public required uint Type { get; init; }

    /// <summary>PF_X is 1, PF_W 2.</summary>
    public required uint Flags { get; init; }

    /// <summary>Bytes from the start of the file.</summary>
    public required ulong Offset { get; init; }

    /// <summary>Virtual address.</summary>
    public required ulong Address { get; init; }

    /// <summary>Bytes in the file.</summary>
    public required ulong FileSize { get; init; }

    /// <summary>Bytes in memory.</summary>
    public required ulong MemorySize { get; init; }

    /// <summary>The alignment in bytes: a power of two, or 0 for none.</summary>
    public required ulong Alignment { get; init; }

    public bool IsCode => Type == Load && (Flags & 1) != 0;

    public bool IsWritable => Type == Load && (Flags & 2) != 0;

    /// <summary>True when the file has the byte at this address. Differences, not sums: a hostile size must not wrap around.</summary>
    public bool HoldsAddress(ulong address) => address >= Address && address - Address < FileSize;

    public bool HoldsOffset(ulong offset) => offset >= Offset && offset - Offset < FileSize;
}

/// <summary>A section header. ELF-64 Object File Format, "Sections".</summary>
public readonly record struct ElfSection
{
    public const uint SymbolTable = 2;
    public const uint Note = 7;
    public const uint DynamicSymbolTable = 11;
    public const uint VersionDefinitions = 0x6ffffffd;
    public const uint VersionNeeds = 0x6ffffffe;
    public const uint VersionNumbers = 0x6fffffff;
    public const uint NoBits = 8;

    private const ulong AllocatedAndExecutable = 0x6;

    public required string Name { get; init; }

    /// <summary>SHT_ constant.</summary>
    public required uint Type { get; init; }

    /// <summary>SHF_ALLOC is 2, SHF_EXECINSTR 4.</summary>
    public required ulong Flags { get; init; }

    /// <summary>Virtual address; 0 when it is not loaded.</summary>
    public required ulong Address { get; init; }

    /// <summary>Bytes from the start of the file.</summary>
    public required ulong Offset { get; init; }

    /// <summary>Bytes.</summary>
    public required ulong Size { get; init; }

    /// <summary>The index of the section that its type says, such as the names of a symbol table.</summary>
    public required uint Link { get; init; }

    public bool IsCode => Type != NoBits && (Flags & AllocatedAndExecutable) == AllocatedAndExecutable;

    public bool HoldsAddress(ulong address) => address >= Address && address - Address < Size;
}

/// <summary><c>Elf64_Sym</c>, as it lies in the file.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct ElfSymbol
{
    public const int SizeInFile = 24;

    public readonly uint Name;
    public readonly byte TypeAndBinding;
    public readonly byte Visibility;
    public readonly ushort Section;
    public readonly ulong Address;
    public readonly ulong Size;

    private ElfSymbol(uint name, ulong address, ulong size)
    {
        const byte globalFunction = 0x12;
        Name = name;
        TypeAndBinding = globalFunction;
        Section = 1;
        Address = address;
        Size = size;
    }

    /// <summary>Makes a symbol from the content of another table.</summary>
    public static ElfSymbol Function(uint name, ulong address, ulong size) => new(name, address, size);

    public bool IsDefined => Section != 0;

    public bool IsFunction => (TypeAndBinding & 0xf) == 2;

    public bool IsIndirectFunction => (TypeAndBinding & 0xf) == 10;

    /// <summary>True for STT_FILE: the source of the local symbols after it.</summary>
    public bool IsSourceFile => (TypeAndBinding & 0xf) == 4;

    /// <summary>True for STT_NOTYPE or STT_OBJECT: it has a name and a place, and is not a function.</summary>
    public bool IsLabelOrVariable => (TypeAndBinding & 0xf) is 0 or 1;

    /// <summary>True for STT_NOTYPE: a label of hand-written assembly, as a rule.</summary>
    public bool IsUntyped => (TypeAndBinding & 0xf) == 0;

    public bool IsLocal => TypeAndBinding >> 4 == 0;
}
