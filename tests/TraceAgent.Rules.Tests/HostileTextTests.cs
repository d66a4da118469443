using System.Text;
using CsCheck;

namespace TraceAgent.Rules.Tests;

/// <summary>No bytes make the reader throw, and what it says of them points into the file.</summary>
public class HostileTextTests
{
    private static readonly byte[][] Seeds =
    [
        .. new[] { "valid", "invalid", "invalid-beyond-schema" }
            .SelectMany(CaseFiles.NamesIn)
            .Select(n => File.ReadAllBytes(CaseFiles.PathOf(n))),
    ];

    /// <summary>Characters that mean something to YAML or to templates.</summary>
    private static readonly Gen<byte> Spice =
        OneOf<byte>([.. "{}[]:,-?&*!|>'\"%@`#\\\t\n\r ~<0xuU\0"u8, 0x80, 0xbf, 0xc2, 0x85, 0xe2, 0xed, 0xf0, 0xff]);

    [Fact]
    public void Every_prefix_of_a_valid_file_is_read()
    {
        foreach (var name in new[] { "valid/everything.yaml", "valid/add-num.yaml" })
        {
            var bytes = File.ReadAllBytes(CaseFiles.PathOf(name));
            for (var length = 0; length < bytes.Length; length++)
            {
                Read(bytes.AsSpan(0, length));
            }
        }
    }

    [Fact]
    public void Mutated_files_never_throw()
    {
        var edit = Gen.Select(Gen.Double[0, 1], Gen.Int[0, 12], Spice.Array[0, 6]);
        Gen.Select(OneOf(Seeds), edit.Array[1, 6], Mutated).Sample(bytes => { Read(bytes); }, iter: 15_000, print: Shown);
    }

    [Fact]
    public void Random_bytes_and_random_punctuation_never_throw()
    {
        Gen.Byte.Array[0, 200].Sample(bytes => { Read(bytes); }, iter: 5_000, print: Shown);
        Spice.Array[0, 60].Sample(bytes => { Read([.. "rules: [{name: a, binary: /b, symbol: f, format: "u8, .. bytes]); }, iter: 15_000, print: Shown);
        Spice.Array[0, 60].Sample(bytes => { Read(bytes); }, iter: 15_000, print: Shown);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[{a: ")]
    [InlineData("[\n")]
    public void Deep_nesting_is_refused_by_name(string opening)
    {
        var file = Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, 100_000))));
        Assert.Equal(DiagnosticCode.TooLarge, Assert.Single(file.Diagnostics).Code);
    }

    [Fact]
    public void Nesting_within_the_limit_is_not_refused_for_its_depth()
    {
        var file = Read(Encoding.UTF8.GetBytes($"rules: {new string('[', 62)}{new string(']', 62)}"));
        Assert.DoesNotContain(file.Diagnostics, d => d.Code == DiagnosticCode.TooLarge);
    }

    [Fact]
    public void A_file_above_one_MiB_is_refused()
    {
        var allowed = Encoding.UTF8.GetBytes("rules: []\n#".PadRight(1 << 20, 'x'));
        Assert.Empty(Read(allowed).Diagnostics);
        Assert.Equal(DiagnosticCode.TooLarge, Assert.Single(Read([.. allowed, (byte)'x']).Diagnostics).Code);
    }

    [Theory]
    [InlineData("a: b\n")]
    [InlineData("- a\n")]
    [InlineData("rules:\n- x\n")]
    [InlineData("a: 'b\n")]
    [InlineData("\"a\": [b, c]\n")]
    [InlineData("a b c ")]
    [InlineData("'' ")]
    [InlineData("{}\n")]
    [InlineData("#\n")]
    [InlineData("&a ")]
    [InlineData("!<")]
    public void A_full_size_file_of_anything_is_read(string repeated) =>
        Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, (1 << 20) / repeated.Length))));

    private static byte[] Mutated(byte[] seed, (double Place, int Cut, byte[] Insert)[] edits)
    {
        var bytes = seed.ToList();
        foreach (var (place, cut, insert) in edits)
        {
            var at = (int)(place * bytes.Count);
            bytes.RemoveRange(at, Math.Min(cut, bytes.Count - at));
            bytes.InsertRange(at, insert);
        }

        return [.. bytes];
    }

    /// <summary>The whole input of a failure, beside the seed that the library names: as text, and as bytes to paste.</summary>
    private static string Shown(byte[] bytes) => $"{Encoding.Latin1.GetString(bytes)}\n({Convert.ToBase64String(bytes)})";

    private static Gen<T> OneOf<T>(T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static RuleFile Read(byte[] bytes) => Read(bytes.AsSpan());

    private static RuleFile Read(ReadOnlySpan<byte> bytes)
    {
        var file = RuleFileReader.Read("x.yaml", "/srv", bytes);
        Assert.True(file.Diagnostics.Count <= 101);
        foreach (var diagnostic in file.Diagnostics)
        {
            Assert.InRange(diagnostic.At.Line, 1, file.Source.LineCount);
            Assert.InRange(diagnostic.At.Column, 1, file.Source.Line(diagnostic.At.Line).Length + 1);
            Assert.InRange(diagnostic.At.Length, 1, Math.Max(1, file.Source.Line(diagnostic.At.Line).Length - diagnostic.At.Column + 1));
            using var text = new StringWriter();
            DiagnosticWriter.WriteText(text, diagnostic, file.Source, colours: false);
            Assert.DoesNotContain(text.ToString(), c => char.IsControl(c) && c != '\n');
            DiagnosticWriter.WriteJson(Stream.Null, [diagnostic]);
        }

        return file;
    }
}
