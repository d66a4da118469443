using System.Buffers.Binary;
using System.Text;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Kernel;

/// <summary>Records as <c>bpf/process.h</c> has them.</summary>
internal static class NoticeBytes
{
    public const int HeaderSize = 56;
    public const int PathCut = 1;
    public const int ArgumentsCut = 2;
    public const int ArgumentsFault = 4;

    public static byte[] Forked(int pid, int parent, ulong time, int? origin = null) =>
        Record(ProcessAct.Forked, pid, parent, time, origin: origin ?? parent);

    public static byte[] Executed(int pid, int parent, ulong time, string path, string arguments, int flags = 0) =>
        Record(ProcessAct.Executed, pid, parent, time, flags, path: path, arguments: arguments);

    public static byte[] Ended(int pid, ulong time) => Record(ProcessAct.Ended, pid, 1, time);

    public static byte[] Signalled(int pid, int signal, ulong time, int flags, params ulong[] files)
    {
        var record = new byte[HeaderSize + (files.Length * 8)];
        Record(ProcessAct.Signalled, pid, signal, time, flags).CopyTo(record, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(48), (ushort)(files.Length * 8));
        Buffer.BlockCopy(files, 0, record, HeaderSize, files.Length * 8);
        return record;
    }

    /// <param name="path">Its parts, the last one first, each with a zero byte.</param>
    private static byte[] Record(
        ProcessAct act, int pid, int parent, ulong time, int flags = 0, int origin = 0, string path = "", string arguments = "")
    {
        var (pathBytes, argumentBytes) = (Encoding.UTF8.GetBytes(path), Encoding.UTF8.GetBytes(arguments));
        var record = new byte[HeaderSize + pathBytes.Length + argumentBytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, (int)act);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), pid);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), parent);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), flags);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(16), time);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(44), origin);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(48), (ushort)pathBytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(50), (ushort)argumentBytes.Length);
        pathBytes.CopyTo(record, HeaderSize);
        argumentBytes.CopyTo(record, HeaderSize + pathBytes.Length);
        return record;
    }
}
