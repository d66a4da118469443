using TraceAgent.Capture.Values;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.DebugFiles;
using TraceAgent.Symbols.Names;
using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.Lookup;

/// <summary>Finds the functions of an image.</summary>
public static class ImageFunctions
{
    extension(ElfImage image)
    {
        /// <summary>The functions, read at the first use and kept: many rules look into one file.</summary>
        /// <exception cref="IOException">The operating system could not read.</exception>
        internal FunctionIndex Functions => image.Derive(ReadFunctions);

        /// <summary>The names of the functions, by which pointers to them are shown.</summary>
        public FunctionNames FunctionNames => image.Derive<ImageFunctionNames>(one => new ImageFunctionNames(one));

        /// <summary>True when the file has the function itself, by its name as in <c>symbol:</c>.</summary>
        public bool HasFunction(string name)
        {
            try
            {
                return image.Functions.Find(new SymbolPattern(name), max: 1).Kind
                    is FunctionIndex.NameKind.Function or FunctionIndex.NameKind.IndirectFunction;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private static FunctionIndex ReadFunctions(ElfImage image)
    {
        var tables = new List<SymbolTable>();
        var isDamaged = false;
        var hasAll = false;
        foreach (var type in (ReadOnlySpan<uint>)[ElfSection.SymbolTable, ElfSection.DynamicSymbolTable])
        {
            foreach (var section in image.Sections)
            {
                // The ELF format allows one of each kind.
                if (section.Type == type)
                {
                    var table = SymbolTable.Read(image.File, section, image.Sections);
                    hasAll |= table is not null && type == ElfSection.SymbolTable;
                    isDamaged |= table is null;
                    if (table is not null)
                    {
                        tables.Add(table);
                    }

                    break;
                }
            }
        }

        string? remark = null;
        if (!hasAll)
        {
            using var debug = DebugFile.Find(image, image.DisplayPath, out remark);
            if ((debug?.Symbols() ?? (image.IsGo ? GoFunctionTable.Read(image) : null)) is { } more)
            {
                tables.Add(more);
                hasAll = true;
            }
        }

        return new FunctionIndex(image, [.. tables], isDamaged, remark, isStripped: !hasAll);
    }
}
