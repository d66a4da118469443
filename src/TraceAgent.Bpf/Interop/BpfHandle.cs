using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Bpf.Interop;

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

    /// <summary>Gives the descriptor up without closing it.</summary>
    /// <returns>Its number; -1 when it is closed already.</returns>
    public int Release()
    {
        var fd = IsClosed ? -1 : Fd;
        _file.SetHandleAsInvalid();
        SetHandleAsInvalid();
        return fd;
    }

    protected override bool ReleaseHandle()
    {
        _file.Dispose();
        return true;
    }
}
