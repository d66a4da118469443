using System.Runtime.CompilerServices;
using TraceAgent.Capture.Values;
using TraceAgent.Symbols.Lookup;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Pointers to functions are shown by the names that nm has for their addresses.</summary>
public class FunctionPointerTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private const ulong Distance = 0x5555_5555_4000;

    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6")]
    [InlineData("/usr/bin/node")]
    public void An_address_has_one_of_the_names_that_readelf_prints_for_it(string path)
    {
        using var image = Open(path);
        var names = image.FunctionNames;
        names.Load();
        var known = CompiledPrograms.Run("readelf", "-sW", path).Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts is [_, _, not "0", "FUNC", _, _, not "UND", _, ..])
            .ToLookup(parts => Convert.ToUInt64(parts[1], 16), parts => parts[7].Split('@')[0]);

        // Names of C: those of C++ have several spellings.
        var plain = known.Where(one => !one.Any(name => name.StartsWith('_'))).ToList();
        Assert.InRange(plain.Count, 1000, int.MaxValue);
        Assert.All(plain, one => Assert.Contains(names.TextOf(names.Marked(one.Key + Distance, Distance)), one));
    }

    [Fact]
    public void What_is_no_function_of_the_file_is_its_address()
    {
        using var image = Open(programs.Shop);
        var names = image.FunctionNames;
        var address = image.Functions.NearStart(0, before: false)!.Value;
        var pointer = address + Distance;

        Assert.Equal($"0x{pointer:x}", names.TextOf(names.Marked(pointer, Distance)));
        names.Load();

        Assert.Equal("0x0", names.TextOf(names.Marked(0, Distance)));
        Assert.Equal("0xffffffffffffffff", names.TextOf(names.Marked(ulong.MaxValue, Distance)));
        Assert.Equal("0x7fff00001000", names.TextOf(names.Marked(0x7fff_0000_1000, Distance)));
        Assert.Equal($"0x{pointer:x}", names.TextOf(names.Marked(pointer, null)));
        Assert.NotEqual($"0x{pointer:x}", names.TextOf(names.Marked(pointer, Distance)));
        Assert.EndsWith("+0x1", names.TextOf(names.Marked(pointer + 1, Distance)), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_were_not_read_keep_nothing_of_a_closed_file()
    {
        var (names, image) = Closed(programs.Shop);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(image.IsAlive);
        names.Load();
        Assert.Equal("0x1189", names.TextOf(names.Marked(0x1189, 0)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (FunctionNames Names, WeakReference Image) Closed(string path)
    {
        using var image = Open(path);
        return (image.FunctionNames, new WeakReference(image));
    }

    [Fact]
    public void Bits_that_look_like_a_mark_name_no_function()
    {
        using var image = Open(programs.Shop);
        var names = image.FunctionNames;
        names.Load();

        Assert.Equal("not an address", names.TextOf(names.Marked(0x8000_0000_0000_0001, 0)));
    }
}
