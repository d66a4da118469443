using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Bpf.Kernel;

/// <summary>The types of the running kernel, in memory for as long as this is.</summary>
internal sealed unsafe class KernelTypes : IDisposable
{
    private const string Path = "/sys/kernel/btf/vmlinux";

    private readonly void* _memory;

    private KernelTypes(void* memory, BtfTypes types, IReadOnlyDictionary<string, uint> names)
    {
        _memory = memory;
        (Types, Names) = (types, names);
    }

    public BtfTypes Types { get; }

    /// <summary>Of the names that were asked for, those that there are, with their offsets.</summary>
    public IReadOnlyDictionary<string, uint> Names { get; }

    /// <param name="names">Of types and members.</param>
    /// <exception cref="IOException">The kernel does not tell its types.</exception>
    /// <exception cref="InvalidDataException">It tells them in a way that we do not know.</exception>
    /// <exception cref="UnauthorizedAccessException">Not to us.</exception>
    public static KernelTypes Read(IReadOnlySet<string> names)
    {
        using var file = File.OpenHandle(Path);
        BtfHeader header;
        if (RandomAccess.Read(file, new Span<byte>(&header, sizeof(BtfHeader)), 0) != sizeof(BtfHeader) || !header.IsValid)
        {
            throw new InvalidDataException($"{Path} is no BTF that we know");
        }

        // Not from the managed heap, which would keep it.
        var memory = NativeMemory.Alloc((nuint)header.TypesLength);
        try
        {
            var types = new Span<byte>(memory, header.TypesLength);
            for (int done = 0, read; done < types.Length; done += read)
            {
                read = RandomAccess.Read(file, types[done..], header.TypesAt + done);
                if (read == 0)
                {
                    throw new InvalidDataException($"{Path} ends too early");
                }
            }

            return new KernelTypes(memory, new BtfTypes((byte*)memory, header.TypesLength), Find(file, header, names));
        }
        catch
        {
            NativeMemory.Free(memory);
            throw;
        }
    }

    public void Dispose() => NativeMemory.Free(_memory);

    /// <summary>Goes through the strings in pieces: they are megabytes, and a few dozen are wanted.</summary>
    private static Dictionary<string, uint> Find(SafeFileHandle file, BtfHeader header, IReadOnlySet<string> names)
    {
        // Nothing is allocated for a name that is not wanted: there are a hundred thousand.
        var wanted = new List<(string Name, byte[] Bytes)>[names.Max(name => name.Length) + 1];
        foreach (var name in names)
        {
            (wanted[name.Length] ??= []).Add((name, Encoding.ASCII.GetBytes(name)));
        }

        var found = new Dictionary<string, uint>();
        var piece = new byte[64 << 10];
        var kept = 0;
        for (var at = 0; at < header.StringsLength;)
        {
            var read = RandomAccess.Read(
                file, piece.AsSpan(kept, Math.Min(piece.Length - kept, header.StringsLength - at)), header.StringsAt + at);
            if (read == 0)
            {
                throw new InvalidDataException($"{Path} ends too early, or has an endless name");
            }

            var text = piece.AsSpan(0, kept + read);
            var start = at - kept;
            at += read;
            for (var end = text.IndexOf((byte)0); end >= 0; end = text.IndexOf((byte)0))
            {
                foreach (var (name, bytes) in end < wanted.Length ? CollectionsMarshal.AsSpan(wanted[end]) : default)
                {
                    if (text.StartsWith(bytes))
                    {
                        found.TryAdd(name, (uint)start);
                    }
                }

                start += end + 1;
                text = text[(end + 1)..];
            }

            kept = text.Length;
            text.CopyTo(piece);
        }

        return found;
    }
}
