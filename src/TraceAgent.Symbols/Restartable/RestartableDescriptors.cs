using System.Buffers.Binary;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Restartable;

/// <summary><c>struct rseq_cs</c> (include/uapi/linux/rseq.h) as a file has it.</summary>
/// <param name="Address">The address of the descriptor itself.</param>
/// <param name="Start">The address of the first instruction of the sequence.</param>
/// <param name="Length">Bytes of it.</param>
/// <param name="Abort">The address where the kernel lets the thread go on instead; outside of the sequence.</param>
internal readonly record struct RestartableDescriptor(ulong Address, ulong Start, ulong Length, ulong Abort);

/// <summary>
/// Finds descriptors of restartable sequences: those of the section <c>__rseq_cs</c>, and, as files may have no sections or keep
/// them elsewhere, whatever in the data has their form.
/// </summary>
internal sealed class RestartableDescriptors
{
    private const string Section = "__rseq_cs";
    private const int Size = 32;
    private const int StartAt = 8;
    private const int LengthAt = 16;
    private const int AbortAt = 24;

    /// <summary>
    /// The maximum length of a sequence that is believed where only the form speaks for a descriptor; those in use have fewer
    /// than 200 bytes.
    /// </summary>
    private const ulong MaxLengthByForm = 64 << 10;

    /// <summary>The bits of <c>flags</c> that ever had a meaning.</summary>
    private const uint KnownFlags = 7;

    /// <summary>
    /// The maximum number of descriptors. The largest programs have a few thousand; a file can claim as many as it has bytes.
    /// </summary>
    private const int MaxDescriptors = 65_536;

    private readonly ElfImage _image;
    private readonly RelativeRelocations _relocations;
    private readonly Dictionary<ulong, RestartableDescriptor> _found = [];

    private RestartableDescriptors(ElfImage image) => (_image, _relocations) = (image, RelativeRelocations.Of(image));

    /// <exception cref="IOException">The operating system could not read.</exception>
    public static IReadOnlyCollection<RestartableDescriptor> Of(ElfImage image)
    {
        var search = new RestartableDescriptors(image);
        search.ReadSections();
        search.ScanRelocations();
        search.ScanData();
        return search._found.Values;
    }

    private void ReadSections()
    {
        foreach (var section in _image.Sections)
        {
            if (section.Name != Section || _image.File.ReadOrNull(section.Offset, section.Size, MaxDescriptors * Size) is not { } bytes)
            {
                continue;
            }

            for (var at = 0; at + Size <= bytes.Length; at += Size)
            {
                Add(section.Address + (ulong)at, bytes.AsSpan(at, Size), byForm: false);
            }
        }
    }

    /// <summary>
    /// Searches position-independent files, whose pointers the loader fills in: start and abort lie 16 bytes apart, and no
    /// pointer between them.
    /// </summary>
    private void ScanRelocations()
    {
        Span<byte> bytes = stackalloc byte[Size];
        foreach (var (place, target) in _relocations.All)
        {
            if (_image.CodeSegmentAt(target) is not null
                && _relocations.Of(place + (AbortAt - StartAt)) is { } abort && _image.CodeSegmentAt(abort) is not null
                && _relocations.Of(place + (LengthAt - StartAt)) is null && _relocations.Of(place - StartAt) is null
                && _image.FileOffsetOf(place - StartAt) is { } offset && _image.File.TryRead(offset, bytes))
            {
                Add(place - StartAt, bytes, byForm: true);
            }
        }
    }

    /// <summary>Searches files that lie where they were linked to, and those whose relocations leave the pointer in its place.</summary>
    private void ScanData() => SegmentScan.Of(_image.File, _image.LoadedSegments, Size, Scan);

    private void Scan(ReadOnlySpan<byte> piece, ulong address)
    {
        for (var at = (int)(-(long)address & 7); at + Size <= piece.Length; at += 8)
        {
            var head = BinaryPrimitives.ReadUInt64LittleEndian(piece[at..]);
            var length = BinaryPrimitives.ReadUInt64LittleEndian(piece[(at + LengthAt)..]);

            // Version 0 in the lower half, flags in the upper one.
            if ((uint)head == 0 && head >> 32 <= KnownFlags && length - 1 < MaxLengthByForm
                && BinaryPrimitives.ReadUInt64LittleEndian(piece[(at + StartAt)..]) != 0)
            {
                Add(address + (ulong)at, piece.Slice(at, Size), byForm: true);
            }
        }
    }

    private void Add(ulong address, ReadOnlySpan<byte> bytes, bool byForm)
    {
        var descriptor = new RestartableDescriptor(
            address,
            _relocations.Of(address + StartAt) ?? BinaryPrimitives.ReadUInt64LittleEndian(bytes[StartAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[LengthAt..]),
            _relocations.Of(address + AbortAt) ?? BinaryPrimitives.ReadUInt64LittleEndian(bytes[AbortAt..]));
        if (_found.Count < MaxDescriptors && IsCode(descriptor) && (!byForm || HasForm(descriptor, bytes)))
        {
            _found.TryAdd(address, descriptor);
        }
    }

    private bool IsCode(RestartableDescriptor descriptor) =>
        descriptor.Length > 0
        && _image.CodeSegmentAt(descriptor.Start) is { } segment
        && segment.FileSize - (descriptor.Start - segment.Address) >= descriptor.Length
        && _image.CodeSegmentAt(descriptor.Abort) is not null;

    private bool HasForm(RestartableDescriptor descriptor, ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != 0 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) > KnownFlags
            || descriptor.Length > MaxLengthByForm || descriptor.Abort - descriptor.Start < descriptor.Length)
        {
            return false;
        }

        // A program may register another signature than glibc's. Tables of functions point at their starts, and this does not.
        return AbortSignatures.IsBefore(_image, descriptor.Abort)
            || (FunctionAt(descriptor.Start) is not null && !IsFunction(descriptor.Start) && !IsFunction(descriptor.Abort));
    }

    private FunctionRange? FunctionAt(ulong address) => _image.Functions.At(address) ?? _image.Unwind.At(address);

    private bool IsFunction(ulong address) => FunctionAt(address) is { } function && function.Start == address;
}
