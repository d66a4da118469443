using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>Machine code of our own in a file in memory, to be probed and called: what a probe does is found out by use.</summary>
internal sealed unsafe class TestFunction : IDisposable
{
    private const int FileSize = 4096;
    private const int ReadExecute = 5;
    private const int Private = 2;

    private readonly MemoryFile _file;
    private readonly byte* _code;

    private TestFunction(MemoryFile file, byte* code)
    {
        _file = file;
        _code = code;
    }

    /// <summary>The path for <see cref="UprobeLink.Attach"/>.</summary>
    public string Path => _file.Path;

    /// <summary>Maps the functions; null when the system does not allow code in memory.</summary>
    /// <param name="functions">The functions, each with the offset at which it begins, below 4096.</param>
    public static TestFunction? TryMap(params ReadOnlySpan<(int Offset, byte[] Code)> functions)
    {
        var content = new byte[FileSize];
        foreach (var (offset, code) in functions)
        {
            code.CopyTo(content.AsSpan(offset));
        }

        if (MemoryFile.TryCreate("traceagent-own-code", content) is not { } file)
        {
            return null;
        }

        var at = (byte*)Libc.Mmap(null, FileSize, ReadExecute, Private, file.Fd, 0);
        if ((nint)at == -1)
        {
            file.Dispose();
            return null;
        }

        return new TestFunction(file, at);
    }

    /// <summary>Calls the function at an offset <paramref name="times"/> times.</summary>
    public void Call(int offset, int times)
    {
        var function = (delegate* unmanaged<int, int>)(_code + offset);
        for (var i = 0; i < times; i++)
        {
            _ = function(i);
        }
    }

    public void Dispose()
    {
        _ = Libc.Munmap(_code, FileSize);
        _file.Dispose();
    }
}
