using TraceAgent.Capture.Plans;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Tests;

/// <summary>A file with debug information, opened for a test.</summary>
internal sealed class DebugFiles : IDisposable
{
    private readonly FileStream? _spill;
    private readonly DebugSections? _supplement;

    private DebugFiles(DebugSections sections, DebugSections? supplement, FileStream? spill)
    {
        (Sections, _supplement, _spill) = (sections, supplement, spill);
        Entries = new DebugEntries(sections, supplement is null ? null : new DebugEntries(supplement));
    }

    public DebugSections Sections { get; }

    public DebugEntries Entries { get; }

    public Architecture Architecture => Architecture.OfElf(Sections.Machine) ?? Architecture.X64;

    /// <summary>Opens a file, with the supplementary file of dwz if there is one.</summary>
    public static DebugFiles Open(string path, string? supplement = null)
    {
        var spill = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite, 1, FileOptions.DeleteOnClose);
        return new DebugFiles(Read(path, spill), supplement is null ? null : Read(supplement, null), spill);
    }

    /// <summary>Opens what the linker did not take.</summary>
    public static DebugSections OpenSplit(string path) => Read(path, null, isSplit: true);

    /// <summary>Opens a file that is in memory; null when it is no ELF file.</summary>
    public static DebugFiles? OfBytes(byte[] bytes)
    {
        var file = new ElfFile(bytes);
        return ElfHeader.ReadAny(file, out _) is { } header ? new DebugFiles(new DebugSections(file, header), null, null) : null;
    }

    /// <summary>Opens what the linker did not take, in memory; null when it is no ELF file.</summary>
    public static DebugSections? SplitOfBytes(byte[] bytes)
    {
        var file = new ElfFile(bytes);
        return ElfHeader.ReadAny(file, out _) is { } header ? new DebugSections(file, header, isSplit: true) : null;
    }

    public void Dispose()
    {
        Sections.Dispose();
        _supplement?.Dispose();
        _spill?.Dispose();
    }

    private static DebugSections Read(string path, FileStream? spill, bool isSplit = false)
    {
        var handle = File.OpenHandle(path);
        var file = new ElfFile(handle, (ulong)RandomAccess.GetLength(handle));
        var header = ElfHeader.ReadAny(file, out var failure) ?? throw new InvalidOperationException($"{path} {failure.Message}");
        return new DebugSections(file, header, spill?.SafeFileHandle, isSplit);
    }
}
