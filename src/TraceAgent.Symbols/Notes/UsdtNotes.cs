using System.Buffers.Binary;
using System.Text;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Notes;

/// <summary>
/// The notes that <c>sys/sdt.h</c> left beside each USDT probe: notes of type 3 of the owner <c>stapsdt</c>. Format:
/// "UserSpaceProbeImplementation" in the SystemTap wiki.
/// </summary>
/// <param name="Items">The notes in the order of the file, without repetitions.</param>
/// <param name="IsDamaged">True when there are notes that cannot be read.</param>
/// <param name="IsCut">True when there are more notes than are kept.</param>
internal sealed record UsdtNotes(IReadOnlyList<UsdtNote> Items, bool IsDamaged, bool IsCut)
{
    // libjvm.so, with a probe in each of its methods for Java programs, has 100 KiB of notes; generated code has been seen with 20 MiB.
    private const int MaxNotes = 200_000;
    private const long MaxBytes = 1L << 30;
    private const int MaxUnits = 32 << 20;
    private const int MaxNameLength = 256;
    private const int MaxArgumentsLength = 4096;

    /// <summary>Reads all such sections: linkers leave several when objects are put together in parts.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static UsdtNotes Read(ElfFile file, ElfSection[] sections)
    {
        var items = new List<UsdtNote>();
        var known = new HashSet<UsdtNote>();
        var isDamaged = false;
        var units = 0L;
        var left = MaxBytes;
        var bases = Array.Find(sections, section => section.Name == ".stapsdt.base");
        foreach (var section in sections.Where(section => section is { Name: ".note.stapsdt", Type: ElfSection.Note }))
        {
            var reader = new NoteReader(file, section.Offset, section.Size);
            while (reader.Next() is { } found)
            {
                if (found.Type != 3 || found.Owner != "stapsdt")
                {
                    continue;
                }

                var note = ReadOne(found.Value.Span, bases);
                isDamaged |= note is null;
                if (note is not null && known.Add(note))
                {
                    units += note.FullName.Length + note.Arguments.Length;
                    if (items.Count >= MaxNotes || units > MaxUnits)
                    {
                        return new UsdtNotes(items, isDamaged, IsCut: true);
                    }

                    items.Add(note);
                }
            }

            isDamaged |= reader.IsDamaged;
            left -= (long)Math.Min(section.Size, (ulong)MaxBytes);
            if (left <= 0)
            {
                return new UsdtNotes(items, isDamaged, IsCut: true);
            }
        }

        return new UsdtNotes(items, isDamaged, IsCut: false);
    }

    private static UsdtNote? ReadOne(ReadOnlySpan<byte> note, ElfSection bases)
    {
        const int addresses = 24;
        if (note.Length < addresses)
        {
            return null;
        }

        var address = BinaryPrimitives.ReadUInt64LittleEndian(note);
        var linkedBase = BinaryPrimitives.ReadUInt64LittleEndian(note[8..]);
        var semaphore = BinaryPrimitives.ReadUInt64LittleEndian(note[16..]);

        // Tools that move a finished library (prelink) do not know these notes: the section tells how far they moved it.
        var moved = bases.Address == 0 || linkedBase == 0 ? 0 : unchecked(bases.Address - linkedBase);
        var rest = note[addresses..];
        return Text(ref rest, MaxNameLength) is { Length: > 0 } provider && Text(ref rest, MaxNameLength) is { Length: > 0 } name
            && Text(ref rest, MaxArgumentsLength) is { } arguments
            ? new UsdtNote(provider, name, unchecked(address + moved), semaphore == 0 ? 0 : unchecked(semaphore + moved), arguments)
            : null;
    }

    private static string? Text(ref ReadOnlySpan<byte> rest, int longest)
    {
        var end = rest.IndexOf((byte)0);
        if (end < 0 || end > longest)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }
}

/// <summary>One place of a USDT probe; a probe that was inlined has several.</summary>
/// <param name="Provider">The provider, such as <c>postgresql</c>.</param>
/// <param name="Name">The name, such as <c>query__start</c>.</param>
/// <param name="Address">Virtual address of its NOP.</param>
/// <param name="Semaphore">Virtual address of its counter; 0 for none.</param>
/// <param name="Arguments">The operands, such as <c>8@%rdi -4@$5</c>.</param>
internal sealed record UsdtNote(string Provider, string Name, ulong Address, ulong Semaphore, string Arguments)
{
    public string FullName { get; } = $"{Provider}:{Name}";
}
