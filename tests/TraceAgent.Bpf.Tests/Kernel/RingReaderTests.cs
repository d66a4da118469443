using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Ring;

namespace TraceAgent.Bpf.Tests.Kernel;

/// <summary>Records that the kernel writes into a ring, read back.</summary>
public sealed class RingReaderTests : IDisposable
{
    /// <summary>The longest that a program writes here: the reader maps as much after each part of the ring.</summary>
    private const int Longest = 20_000;
    private const int Ring = 4 * RingData.PartBytes;

    private readonly BpfMap _ring = BpfMap.Create(MapType.RingBuffer, "ta_test_ring", MapSize.OfRing(Ring));
    private readonly RingReader _reader;
    private readonly Collector _collector = new();

    public RingReaderTests() => _reader = new RingReader(_ring.Fd, Ring, Longest);

    public void Dispose()
    {
        _reader.Dispose();
        _ring.Dispose();
    }

    [Fact]
    public void Every_record_is_read_whole_wherever_it_lies_in_the_ring()
    {
        // Three times around, with records over the ends of parts and over that of the ring.
        var expected = new List<(long, long, int)>();
        for (var (number, written) = (0, 0L); written < 3L * Ring; number++)
        {
            var length = 8 * (1 + ((number * 397) % (Longest / 8)));
            Write(number, length);
            expected.Add((number, number, length));
            written += length;
            if (number % 7 == 0)
            {
                Assert.True(_reader.Read(_collector));
            }
        }

        Assert.True(_reader.Read(_collector));
        Assert.Equal(expected, _collector.Records);
        Assert.Equal(0, _reader.UsedBytes);
    }

    [Fact]
    public void A_part_of_the_ring_is_in_memory_at_a_time()
    {
        var mapped = File.ReadLines("/proc/self/maps").Where(line => line.EndsWith("anon_inode:bpf-map", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0].Split('-').Select(one => Convert.ToInt64(one, 16)).ToArray())
            .Select(ends => ends[1] - ends[0]);

        Assert.All(mapped, length => Assert.InRange(length, 1, 2 * RingData.PartBytes));
    }

    /// <summary>Writes a record that has its number at both ends.</summary>
    private void Write(int number, int length)
    {
        var code = new Assembler();
        var end = new Label();
        code.MapFd(Reg.R1, _ring.Fd);
        code.Set(Reg.R2, length);
        code.Set(Reg.R3, 0);
        code.Call(BpfFunction.RingbufReserve);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, end);
        code.Store(Reg.R0, 0, number, 8);
        code.Store(Reg.R0, length - 8, number, 8);
        code.Move(Reg.R1, Reg.R0);
        code.Set(Reg.R2, 0);
        code.Call(BpfFunction.RingbufSubmit);
        code.Set(Reg.R0, 1);
        code.Place(end);
        code.Exit();
        Assert.Equal(1u, BpfProgram.TryRun(new ProbeProgram(OnReturn: false, Sleepable: false, code.Finish()), "ta_test_write"));
    }

    private sealed class Collector : IRecordConsumer
    {
        public List<(long First, long Last, int Length)> Records { get; } = [];

        public bool Take(ReadOnlySpan<byte> record)
        {
            Records.Add((MemoryMarshal.Read<long>(record), MemoryMarshal.Read<long>(record[^8..]), record.Length));
            return true;
        }
    }
}
