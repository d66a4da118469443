using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Tests;

public class CursorTests
{
    [Theory]
    [InlineData("02", 2)]
    [InlineData("7f", 127)]
    [InlineData("8001", 128)]
    [InlineData("e58e26", 624485)]
    [InlineData("ffffffffffffffffff01", ulong.MaxValue)]
    [InlineData("8080808080808080808080808000", 0)]
    public void Unsigned_numbers_are_read_as_the_standard_writes_them(string bytes, ulong expected)
    {
        var cursor = new Cursor(Convert.FromHexString(bytes));
        Assert.Equal((expected, false, true), (cursor.Unsigned(), cursor.HasFailed, cursor.IsAtEnd));
    }

    [Theory]
    [InlineData("02", 2)]
    [InlineData("7e", -2)]
    [InlineData("ff00", 127)]
    [InlineData("817f", -127)]
    [InlineData("8080808080808080807f", long.MinValue)]
    public void Signed_numbers_are_read_as_the_standard_writes_them(string bytes, long expected)
    {
        var cursor = new Cursor(Convert.FromHexString(bytes));
        Assert.Equal((expected, false), (cursor.Signed(), cursor.HasFailed));
    }

    [Fact]
    public void A_failure_stays()
    {
        var cursor = new Cursor([1, 2, 3]);
        Assert.Equal(0u, cursor.UInt32());
        Assert.Equal((true, true, 0), (cursor.HasFailed, cursor.IsAtEnd, cursor.Byte()));
        Assert.True(cursor.Text().IsEmpty);
    }

    [Fact]
    public void A_text_without_end_is_a_failure()
    {
        var cursor = new Cursor("abc"u8);
        Assert.True(cursor.Text().IsEmpty);
        Assert.True(cursor.HasFailed);
    }
}
