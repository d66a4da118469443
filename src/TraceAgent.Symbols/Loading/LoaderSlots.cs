using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.Loading;

/// <summary>
/// The places in which the loader leaves where the variables of a library are: those that a program may have its own copy of, and
/// those of threads. System V ABI, AMD64 supplement 4.4.1; ELF Handling For Thread-Local Storage, 4.4.6.
/// </summary>
internal sealed class LoaderSlots
{
    private const uint Absolute = 1;
    private const uint GlobalData = 6;
    private const uint ModuleNumber = 16;
    private const uint ThreadOffset = 18;
    private const uint Descriptor = 36;
    private const byte ThreadLocalSymbol = 6;

    private readonly Dictionary<ulong, ulong> _globals = [];
    private readonly Dictionary<ulong, ulong> _offsets = [];
    private readonly Dictionary<ulong, ulong> _modules = [];

    private LoaderSlots(ElfImage image)
    {
        var symbols = DynamicSymbols(image);
        foreach (var one in LoaderRelocation.Of(image))
        {
            var symbol = one.Symbol > 0 && one.Symbol < symbols.Length ? symbols[(int)one.Symbol] : default;
            var isOwn = one.Symbol == 0 || symbol.IsDefined;
            switch (one.Type)
            {
                case GlobalData or Absolute when symbol is { IsDefined: true, IsLabelOrVariable: true } && one.Addend == 0:
                    _globals.TryAdd(symbol.Address, one.Place);
                    break;
                case ThreadOffset when one.Symbol == 0:
                    Offset ??= (one.Place, one.Addend);
                    break;
                case ThreadOffset when IsThreadLocal(symbol) && one.Addend == 0:
                    _offsets.TryAdd(symbol.Address, one.Place);
                    break;
                case ModuleNumber when one.Symbol == 0:
                    Module ??= one.Place;
                    break;
                case ModuleNumber when IsThreadLocal(symbol):
                    _modules.TryAdd(symbol.Address, one.Place);
                    break;
                case Descriptor when isOwn:
                    HasDescriptors = true;
                    break;
            }
        }
    }

    /// <summary>A place with what is added to the thread pointer for a variable of the file, and the variable's offset.</summary>
    public (ulong Place, long Variable)? Offset { get; }

    /// <summary>A place with the number of the file among those with thread-local variables; null when there is none.</summary>
    public ulong? Module { get; }

    /// <summary>True when thread-local variables are found by calling a function (-mtls-dialect=gnu2).</summary>
    public bool HasDescriptors { get; }

    /// <exception cref="IOException">The operating system could not read.</exception>
    public static LoaderSlots Of(ElfImage image) => image.Derive(static image => new LoaderSlots(image));

    /// <summary>
    /// The place with the address of a variable that others may replace, as a program does that has a copy of it; null for one whose
    /// code goes to its own.
    /// </summary>
    /// <param name="address">Virtual address of the variable in the file.</param>
    public ulong? OfGlobal(ulong address) => _globals.TryGetValue(address, out var place) ? place : null;

    /// <summary>The place with what is added to the thread pointer for this variable; null for none.</summary>
    /// <param name="variable">Bytes from the start of the file's block.</param>
    public ulong? OfThreadOffset(ulong variable) => _offsets.TryGetValue(variable, out var place) ? place : null;

    /// <summary>The place with the number of the file that has this variable, before one with the offset there; null for none.</summary>
    /// <param name="variable">Bytes from the start of the file's block.</param>
    public ulong? OfModule(ulong variable) => _modules.TryGetValue(variable, out var place) ? place : null;

    private static bool IsThreadLocal(in ElfSymbol symbol) => symbol.IsDefined && (symbol.TypeAndBinding & 0xf) == ThreadLocalSymbol;

    private static ReadOnlySpan<ElfSymbol> DynamicSymbols(ElfImage image)
    {
        foreach (var section in image.Sections)
        {
            if (section.Type == ElfSection.DynamicSymbolTable)
            {
                return SymbolTable.Read(image.File, section, image.Sections) is { } table ? table.Symbols : default;
            }
        }

        return default;
    }
}
