using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Btf;

/// <summary>The types of the running kernel (BTF), some 6 MB in memory until disposed of.</summary>
internal sealed unsafe class KernelTypes : IDisposable
{
    private const string Path = "/sys/kernel/btf/vmlinux";
    private const int MaxFileSize = 256 << 20;

    private readonly byte* _memory;
    private readonly int _size;
    private readonly bool _isMapped;

    private KernelTypes(SafeFileHandle file, IReadOnlySet<string> names)
    {
        _size = (int)Math.Min(RandomAccess.GetLength(file), MaxFileSize);
        _memory = Map(file, _size);
        _isMapped = _memory != null;
        if (!_isMapped)
        {
            _memory = Load(file, _size);
        }

        var header = (BtfHeader*)_memory;
        if (_size < sizeof(BtfHeader) || !header->IsValid
            || header->TypesAt + header->TypesLength > _size || header->StringsAt + header->StringsLength > _size)
        {
            Dispose();
            throw new InvalidDataException($"{Path} is not BTF of a known version");
        }

        try
        {
            var all = new BtfNames(_memory + header->StringsAt, header->StringsLength);
            Types = new BtfTypes(_memory + header->TypesAt, header->TypesLength, all, names);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public BtfTypes Types { get; }

    /// <param name="names">The names of structures, unions and functions that will be asked for.</param>
    /// <exception cref="IOException">The kernel does not tell its types.</exception>
    /// <exception cref="InvalidDataException">It tells them in a way that we do not know.</exception>
    /// <exception cref="UnauthorizedAccessException">Not to us.</exception>
    public static KernelTypes Read(IReadOnlySet<string> names)
    {
        using var file = File.OpenHandle(Path);
        return new KernelTypes(file, names);
    }

    public void Dispose()
    {
        if (_isMapped)
        {
            _ = Libc.Munmap(_memory, (nuint)_size);
        }
        else
        {
            NativeMemory.Free(_memory);
        }
    }

    /// <summary>
    /// Maps the types into memory; null before kernel 6.16 (kernel/bpf/sysfs_btf.c, btf_sysfs_vmlinux_mmap), which only lets them
    /// be read, a page at a time.
    /// </summary>
    private static byte* Map(SafeFileHandle file, int size)
    {
        const int read = 1;
        const int @private = 2;
        var memory = Libc.Mmap(null, (nuint)size, read, @private, (int)file.DangerousGetHandle(), 0);
        return memory == (void*)-1 ? null : (byte*)memory;
    }

    /// <summary>Reads the types into native memory: the managed heap would keep it.</summary>
    private static byte* Load(SafeFileHandle file, int size)
    {
        var memory = (byte*)NativeMemory.Alloc((nuint)size);
        try
        {
            for (int done = 0, read; done < size; done += read)
            {
                read = RandomAccess.Read(file, new Span<byte>(memory + done, size - done), done);
                if (read == 0)
                {
                    throw new InvalidDataException($"{Path} ends too early");
                }
            }

            return memory;
        }
        catch
        {
            NativeMemory.Free(memory);
            throw;
        }
    }
}
