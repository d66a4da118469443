using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Loading;

/// <summary>Turns places of a file, and of the threads' blocks for it, into memory of the process that is hit.</summary>
public static class LoadedPlace
{
    // tcbhead_t of glibc (sysdeps/x86_64/nptl/tls.h): the thread's vector of blocks is the second word. dtv_t has two words, of which the
    // first is the address; the entry before the first has how many there are (sysdeps/generic/dl-dtv.h, csu/libc-tls.c).
    private const int VectorInThread = 8;
    private const int VectorEntry = 16;
    private const int VectorCount = -16;

    private const string NoPlace = "it cannot be told from there where the file lies";

    /// <summary>The place in the process; every other kind of place is itself.</summary>
    /// <param name="image">The open file.</param>
    /// <param name="site">The site at which the value is read.</param>
    /// <param name="place">The place that debug information says.</param>
    /// <param name="whyMissing">The reason why there is none, in a few words; null when there is one.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static LocationPiece Of(ElfImage image, UprobeSite site, LocationPiece place, out string? whyMissing)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(site);
        whyMissing = null;
        var address = place switch
        {
            LocationPiece.Static known => OfStatic(image, site, known.Address, out whyMissing),
            LocationPiece.ThreadLocal local => OfThread(image, site, local.Offset, out whyMissing),
            _ => null,
        };
        return (address, place) switch
        {
            ({ } known, _) => new LocationPiece.Memory(known),
            (_, LocationPiece.Static) => new LocationPiece.Missing(MissingReason.NeedsLoadAddress),
            (_, LocationPiece.ThreadLocal) => new LocationPiece.Missing(MissingReason.ThreadLocal),
            _ => WithAddresses(place, file => LinkedAddress.At(image, site, file)),
        };
    }

    /// <summary>The same at an address of the code, whether it can be probed or not.</summary>
    /// <param name="image">The open file.</param>
    /// <param name="code">Virtual address of an instruction.</param>
    /// <param name="place">The place that debug information says.</param>
    /// <param name="whyMissing">The reason why there is none, in a few words; null when there is one.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static LocationPiece Of(ElfImage image, ulong code, LocationPiece place, out string? whyMissing)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Of(image, new UprobeSite(image.FileOffsetOf(code) ?? 0), place, out whyMissing);
    }

    /// <summary>The distance at a hit from addresses of the file to those of the process; null when it cannot be told.</summary>
    /// <param name="image">The open file.</param>
    /// <param name="site">The site that is hit.</param>
    public static Expr? Distance(ElfImage image, UprobeSite site)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(site);
        return LinkedAddress.At(image, site, 0);
    }

    private static LocationPiece WithAddresses(LocationPiece place, Func<ulong, Expr?> placeOf)
    {
        switch (place)
        {
            case LocationPiece.Memory memory when memory.Address.UsesFile():
                return memory.Address.WithAddresses(placeOf) is { } address ? new LocationPiece.Memory(address) : Unplaced();
            case LocationPiece.Value value when value.Computed.UsesFile():
                return value.Computed.WithAddresses(placeOf) is { } computed ? new LocationPiece.Value(computed) : Unplaced();
            case LocationPiece.Pieces pieces:
                return new LocationPiece.Pieces([.. pieces.Parts.Select(part => part with { Place = WithAddresses(part.Place, placeOf) })]);
            case LocationPiece.PointerTo pointer:
                return pointer with { Target = WithAddresses(pointer.Target, placeOf) };
            default:
                return place;
        }

        static LocationPiece.Missing Unplaced() => new(MissingReason.NeedsLoadAddress);
    }

    private static Expr? OfStatic(ElfImage image, UprobeSite site, ulong address, out string? whyMissing)
    {
        var slot = LoaderSlots.Of(image).OfGlobal(address);
        var place = LinkedAddress.At(image, site, slot ?? address);
        whyMissing = place is null ? NoPlace : null;
        return place is not null && slot is not null ? Word(place) : place;
    }

    private static Expr? OfThread(ElfImage image, UprobeSite site, ulong offset, out string? whyMissing)
    {
        if (image.Architecture != Architecture.X64)
        {
            whyMissing = "variables of threads are read on x86-64 only";
            return null;
        }

        if (image.FindSegment(ElfSegment.ThreadLocal) is not { } block || offset >= block.MemorySize)
        {
            whyMissing = "the file has no place for variables of threads";
            return null;
        }

        whyMissing = null;
        Expr threadPointer = new Expr.Special(SpecialValue.ThreadPointer);
        if (image.IsOnlyProgram)
        {
            // The program's own block ends at the thread pointer, as far as its alignment lets it (4.4.6, local exec).
            var room = block.MemorySize + ((0 - block.Address - block.MemorySize) & (Math.Max(block.Alignment, 1) - 1));
            return Plus(threadPointer, (long)(offset - room));
        }

        var slots = LoaderSlots.Of(image);
        if (slots.OfThreadOffset(offset) is { } own)
        {
            return Slot(own) is { } distance ? Sum(threadPointer, distance) : Missing(NoPlace, out whyMissing);
        }

        if (slots.Offset is var (place, variable))
        {
            return Slot(place) is { } distance
                ? Plus(Sum(threadPointer, distance), (long)offset - variable)
                : Missing(NoPlace, out whyMissing);
        }

        if ((slots.OfModule(offset) ?? slots.Module) is not { } module)
        {
            return Missing(
                slots.HasDescriptors
                    ? "the library finds it by calling a function (TLS descriptors)"
                    : "nothing in the library shows how it finds it",
                out whyMissing);
        }

        if (!image.Needed.Any(name => name.StartsWith("libc.so.6", StringComparison.Ordinal)
            || name.StartsWith("ld-linux", StringComparison.Ordinal)))
        {
            return Missing("only glibc's table of such variables is known, and the library is not linked with it", out whyMissing);
        }

        return Slot(module) is { } number
            ? Plus(InVector(threadPointer, number), (long)offset)
            : Missing(NoPlace, out whyMissing);

        Expr? Slot(ulong at) => LinkedAddress.At(image, site, at) is { } known ? Word(known) : null;
    }

    /// <summary>
    /// The block of a file in the vector of the thread. One that the thread has not got yet, or that it has no entry for, is no
    /// address: TLS_DTV_UNALLOCATED is −1, and what is not filled in is 0.
    /// </summary>
    private static Expr.Binary InVector(Expr threadPointer, Expr number)
    {
        var vector = Word(Plus(threadPointer, VectorInThread));
        var entry = Word(Sum(vector, new Expr.Binary(BinaryOperator.Multiply, number, new Expr.Constant(VectorEntry))));
        var hasEntry = new Expr.Binary(BinaryOperator.BelowOrEqual, number, Word(Plus(vector, VectorCount)));
        return new Expr.Binary(BinaryOperator.Multiply, entry, hasEntry);
    }

    private static Expr? Missing(string reason, out string? whyMissing)
    {
        whyMissing = reason;
        return null;
    }

    private static Expr.Load Word(Expr address) => new(address, sizeof(ulong), Signed: false);

    private static Expr.Binary Sum(Expr left, Expr right) => new(BinaryOperator.Add, left, right);

    private static Expr Plus(Expr address, long distance) => distance == 0 ? address : Sum(address, new Expr.Constant(distance));
}
