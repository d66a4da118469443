using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Bpf.Btf;

namespace TraceAgent.Bpf.Tests;

/// <summary>Names are told apart by their first eight bytes before they are compared.</summary>
public sealed unsafe class BtfNamesTests : IDisposable
{
    private readonly byte* _memory;
    private readonly int _length;

    public BtfNamesTests()
    {
        var bytes = Encoding.ASCII.GetBytes("\0a\0seventy\0eightily\0task_struct\0task_struct_more\0end\0");
        _length = bytes.Length;
        _memory = (byte*)NativeMemory.Alloc((nuint)_length);
        bytes.CopyTo(new Span<byte>(_memory, _length));
    }

    public void Dispose() => NativeMemory.Free(_memory);

    [Theory]
    [InlineData(1, "a")]
    [InlineData(3, "seventy")]
    [InlineData(11, "eightily")]
    [InlineData(20, "task_str")]
    [InlineData(49, "end")]
    public void The_first_bytes_of_a_name_end_where_it_does(int offset, string first) =>
        Assert.Equal(BtfNames.PrefixOf(Encoding.ASCII.GetBytes(first)), new BtfNames(_memory, _length).Prefix((uint)offset));

    [Fact]
    public void A_name_that_only_begins_like_a_wanted_one_is_not_wanted()
    {
        var search = new BtfNameSearch(new BtfNames(_memory, _length), new HashSet<string> { "task_struct", "eightily" });

        Assert.True(search.IsWanted(20));
        Assert.True(search.IsWanted(11));
        Assert.False(search.IsWanted(32));
        Assert.False(search.IsWanted(3));
    }

    [Fact]
    public void An_offset_beyond_the_names_has_none() => Assert.True(new BtfNames(_memory, _length)[1000].IsEmpty);

    [Fact]
    public void Names_that_do_not_end_are_refused() =>
        Assert.Throws<InvalidDataException>(() => new BtfNames(_memory, _length - 1));
}
