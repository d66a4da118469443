using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Bpf.Kernel;

/// <summary>A file descriptor of a map, program or link. The kernel frees the object when its last descriptor closes.</summary>
internal class BpfHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly SafeFileHandle _file;

    public BpfHandle(int fd)
        : base(ownsHandle: true)
    {
        _file = new SafeFileHandle(fd, ownsHandle: true);
        SetHandle(fd);
    }

    /// <summary>The number of the descriptor, valid as long as this handle is.</summary>
    public int Fd => (int)handle;

    protected override bool ReleaseHandle()
    {
        _file.Dispose();
        return true;
    }
}
