using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Tests;

public sealed class FatalSignalCodeTests
{
    private static readonly SignalFields Fields = new()
    {
        FileIterator = new FileIterator(1, 2, 3),
        SignalCode = 8,
        ExitStatus = 8,
        UprobeTask = 16,
        GroupLeader = 24,
        StartTime = 32,
        AddressSpace = 40,
        SignalHandlers = 48,
        FirstHandler = 56,
        ActionSize = 32,
        ExecutableFile = 64,
        Inode = 72,
        InodeNumber = 80,
        FileSystem = 88,
        Device = 96,
        MappingFlags = 104,
        MappedFile = 112,
    };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_notice_is_given_back_on_every_path(bool atEnd, bool hasFiles) =>
        RecordPaths.AssertSound(FatalSignalCode.Make(5, 6, hasFiles ? Fields : Fields with { FileIterator = null }, atEnd).Instructions);
}
