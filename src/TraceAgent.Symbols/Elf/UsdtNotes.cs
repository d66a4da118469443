using System.Buffers.Binary;
using System.Text;

namespace TraceAgent.Symbols.Elf;

/// <summary>
/// What <c>sys/sdt.h</c> left beside each USDT probe: notes of type 3 of the owner <c>stapsdt</c>. Format: "UserSpaceProbeImplementation"
/// in the SystemTap wiki.
/// </summary>
/// <param name="Items">In the order of the file, without repetitions.</param>
/// <param name="IsDamaged">There is more that cannot be read.</param>
internal sealed record UsdtNotes(IReadOnlyList<UsdtNote> Items, bool IsDamaged)
{
    // libjvm.so, with a probe in each of its methods for Java programs, has about 100 KiB.
    private const int MaxBytes = 4 << 20;
    private const int LongestName = 256;
    private const int LongestArguments = 4096;

    /// <exception cref="IOException">The operating system could not read.</exception>
    public static UsdtNotes Read(ElfFile file, ElfSection[] sections)
    {
        var items = new List<UsdtNote>();
        var known = new HashSet<UsdtNote>();
        var isDamaged = false;
        var bases = Array.Find(sections, section => section.Name == ".stapsdt.base");
        foreach (var section in sections.Where(section => section is { Name: ".note.stapsdt", Type: ElfSection.Note }).Take(1))
        {
            if (file.ReadOrNull(section.Offset, section.Size, MaxBytes) is not { } bytes)
            {
                return new UsdtNotes([], IsDamaged: true);
            }

            var rest = bytes.AsSpan();
            while (rest.Length >= 12)
            {
                var ownerSize = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                var size = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
                var type = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
                rest = rest[12..];
                var start = (ownerSize + 3UL) & ~3UL;
                if (start + size > (ulong)rest.Length)
                {
                    isDamaged = true;
                    break;
                }

                if (type == 3 && rest[..(int)ownerSize].SequenceEqual("stapsdt\0"u8))
                {
                    var note = ReadOne(rest.Slice((int)start, (int)size), bases);
                    isDamaged |= note is null;
                    if (note is not null && known.Add(note))
                    {
                        items.Add(note);
                    }
                }

                rest = rest[(int)Math.Min((start + size + 3UL) & ~3UL, (ulong)rest.Length)..];
            }
        }

        return new UsdtNotes(items, isDamaged);
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
        return Text(ref rest, LongestName) is { Length: > 0 } provider && Text(ref rest, LongestName) is { Length: > 0 } name
            && Text(ref rest, LongestArguments) is { } arguments
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
/// <param name="Provider">Such as <c>postgresql</c>.</param>
/// <param name="Name">Such as <c>query__start</c>.</param>
/// <param name="Address">Virtual address of its NOP.</param>
/// <param name="Semaphore">Virtual address of its counter; 0 for none.</param>
/// <param name="Arguments">The operands, such as <c>8@%rdi -4@$5</c>.</param>
internal sealed record UsdtNote(string Provider, string Name, ulong Address, ulong Semaphore, string Arguments)
{
    public string FullName { get; } = $"{Provider}:{Name}";
}
