using System.Buffers.Binary;
using System.Globalization;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Dwarf.Service;

namespace TraceAgent.Dwarf.Tests;

/// <summary>What debug information of any bytes may do, and changes that make some. Also used by TraceAgent.Fuzz.</summary>
internal static class HostileDebugInfo
{
    // Some thousand times what the files of the seeds take: every variable is located at every row.
    private const long MaxAllocation = 256 << 20;

    /// <summary>Nothing throws, and nothing takes much memory.</summary>
    public static void AskEverything(byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using (var files = DebugFiles.OfBytes(file))
        {
            if (files is not null)
            {
                var dump = new Dump(files, TextWriter.Null, step: 5);
                dump.Lines();
                dump.Entries();
                dump.Chains();
                dump.Places();
                dump.Frames(new StringReader(string.Join('\n', Enumerable.Range(0, 64).Select(
                    step => (0x1000 + (step * 16)).ToString("x", CultureInfo.InvariantCulture)))));
                var query = new DebugQuery.Parameters(
                    [.. Enumerable.Range(0, 512).Select(step => new AskedFunction(0x1000UL + (ulong)step, ["total", "n"]))], Hops: 8)
                {
                    TypeNames = ["user", "shop::Cart"],
                };
                var answer = new DebugInfoReader(files.Sections, files.Sections, null, []).Answer(query);
                Assert.NotNull(DebugWire.ReadAnswer(DebugWire.Write(answer)));
            }
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < MaxAllocation, $"{allocated} bytes");
    }

    /// <summary>Overwrites one to eight bytes of the sections of debug information.</summary>
    public static void Change(byte[] file, Random random)
    {
        var header = ElfHeader.ReadAny(new ElfFile(file), out _)!;
        var sections = Array.FindAll(
            header.Sections, section => section.Name.Contains("debug_", StringComparison.Ordinal) || section.Name == ".eh_frame");
        for (var i = random.Next(1, 9); i > 0; i--)
        {
            var section = sections[random.Next(sections.Length)];

            // Headers, and with them lengths and versions, stand in front.
            var place = (int)section.Offset + random.Next((int)(random.Next(3) == 0 ? Math.Min(section.Size, 40) : section.Size));
            if (random.Next(8) == 0 && place + 4 <= file.Length)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(place), (uint)random.Next(-2, (int)section.Size));
            }
            else
            {
                file[place] = random.Next(4) switch { 0 => 0xff, 1 => 0, 2 => (byte)(file[place] + 1), _ => (byte)random.Next(256) };
            }
        }
    }
}
