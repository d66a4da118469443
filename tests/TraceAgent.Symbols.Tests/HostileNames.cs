using TraceAgent.Demangling;

namespace TraceAgent.Symbols.Tests;

/// <summary>What holds for every name that a file may have; the entry for fuzzing.</summary>
public static class HostileNames
{
    // One name makes at most about a million letters of intermediate text.
    private const long MaxAllocation = 64 << 20;

    /// <summary>Reads the name and fails when that cost too much or gave something odd.</summary>
    public static void Ask(ReadOnlySpan<byte> name)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Demangler.Demangle(name);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocation);
        if (found is not null)
        {
            Assert.InRange(found.Full.Length, 1, Demangler.MaxResultLength + 64 + name.Length);
        }
    }

    /// <summary>The name with a few bytes changed, doubled, left out or exchanged.</summary>
    public static byte[] Changed(byte[] name, Random random)
    {
        var bytes = name.ToList();
        for (var i = random.Next(1, 5); i > 0 && bytes.Count > 2; i--)
        {
            var at = random.Next(2, bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = name[random.Next(name.Length)];
                    break;
                case 1:
                    bytes.InsertRange(at, name.AsSpan(random.Next(2, name.Length)));
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes[at] = (byte)random.Next(33, 127);
                    break;
            }
        }

        return [.. bytes];
    }
}
