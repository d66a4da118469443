using System.Runtime.InteropServices;
using TraceAgent.Bpf.Interop;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>The trie of one family, with a copy of its contents.</summary>
internal sealed unsafe class PrefixTable
{
    /// <summary>The number of prefixes in one system call.</summary>
    private const int BatchSize = 8192;

    private readonly int _fd;
    private readonly string _rule;
    private readonly int _keySize;

    public PrefixTable(int fd, string rule, bool isIPv6) => (_fd, _rule, _keySize) = (fd, rule, sizeof(uint) + (isIPv6 ? 16 : 4));

    private delegate int Batch(byte* keys, uint* count);

    /// <summary>The prefixes in the table; the value is true for denied ones.</summary>
    public Dictionary<IpPrefix, bool> Contents { get; } = [];

    /// <summary>Applies the plan. Also after an exception, <see cref="Contents"/> is what is in the table.</summary>
    /// <exception cref="KernelException">No memory.</exception>
    public void Apply(PrefixPlan plan)
    {
        Put(plan.Allow, denied: false);
        Put(plan.Deny, denied: true);
        Remove(plan.Undeny);
        Remove(plan.Unallow);
    }

    private void Put(IReadOnlyList<IpPrefix> prefixes, bool denied)
    {
        var values = new uint[Math.Min(prefixes.Count, BatchSize)];
        values.AsSpan().Fill(denied ? PacketLayout.Denied : PacketLayout.Allowed);
        InBatches(prefixes, "load", prefix => Contents[prefix] = denied, (keys, count) =>
        {
            fixed (uint* valuesAt = values)
            {
                return LibBpf.MapUpdateBatch(_fd, keys, valuesAt, count, null);
            }
        });
    }

    private void Remove(IReadOnlyList<IpPrefix> prefixes) =>
        InBatches(prefixes, "remove", prefix => Contents.Remove(prefix), (keys, count) => LibBpf.MapDeleteBatch(_fd, keys, count, null));

    private void InBatches(IReadOnlyList<IpPrefix> prefixes, string operation, Action<IpPrefix> note, Batch batch)
    {
        var keys = new byte[Math.Min(prefixes.Count, BatchSize) * _keySize];
        for (var done = 0; done < prefixes.Count;)
        {
            var asked = (uint)Math.Min(prefixes.Count - done, BatchSize);
            for (var i = 0; i < asked; i++)
            {
                WriteKey(prefixes[done + i], keys.AsSpan(i * _keySize, _keySize));
            }

            var count = asked;
            int result;
            fixed (byte* keysAt = keys)
            {
                result = batch(keysAt, &count);
            }

            // A batch that fails has the number of entries done in count, or leaves count alone when it did none
            // (generic_map_update_batch in kernel/bpf/syscall.c).
            count = result < 0 && count == asked ? 0 : count;
            for (var i = 0; i < count; i++)
            {
                note(prefixes[done + i]);
            }

            if (result < 0)
            {
                throw new KernelException(operation, $"prefixes of {_rule}", -result, Privileges.RemedyFor(-result, Privileges.ForPackets));
            }

            done += (int)count;
        }
    }

    private static void WriteKey(IpPrefix prefix, Span<byte> key)
    {
        MemoryMarshal.Write(key, prefix.Length);
        prefix.Address.WriteTo(key[sizeof(uint)..]);
    }
}
