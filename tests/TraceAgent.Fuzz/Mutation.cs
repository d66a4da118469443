using System.Text;

namespace TraceAgent.Fuzz;

/// <summary>Random changes of something good: most of them leave it almost good.</summary>
internal static class Mutation
{
    private static readonly byte[] Spice = [.. "{}[]:,-?&*!|>'\"%@`#\\\t\n\r ~<0xuU\0"u8, 0x80, 0xbf, 0xc2, 0x85, 0xe2, 0xed, 0xf0, 0xff];

    public static T Pick<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    /// <summary>Some of the words, in a row.</summary>
    public static string Words(Random random, IReadOnlyList<string> words, int most)
    {
        var text = new StringBuilder();
        for (var left = random.Next(most + 1); left > 0; left--)
        {
            text.Append(random.Pick(words));
        }

        return text.ToString();
    }

    /// <summary>One to six edits: bytes or words put in, cut out, or both; a line twice, or gone.</summary>
    public static byte[] Of(Random random, byte[] seed, IReadOnlyList<string> words)
    {
        var bytes = seed.ToList();
        for (var edits = random.Next(1, 7); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(4))
            {
                case 0:
                    var (start, end) = LineAt(bytes, at);
                    var line = bytes.GetRange(start, end - start);
                    if (random.Next(2) == 0)
                    {
                        bytes.RemoveRange(start, line.Count);
                    }
                    else
                    {
                        bytes.InsertRange(random.Next(bytes.Count + 1), line);
                    }

                    break;
                case 1:
                    Cut(random, bytes, at);
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.Pick(words)));
                    break;
                default:
                    Cut(random, bytes, at);
                    bytes.InsertRange(at, Enumerable.Range(0, random.Next(7)).Select(_ => random.Pick(Spice)));
                    break;
            }
        }

        return [.. bytes];
    }

    public static byte[] Noise(Random random, int most) =>
        [.. Enumerable.Range(0, random.Next(most)).Select(_ => random.Next(2) == 0 ? random.Pick(Spice) : (byte)random.Next(256))];

    private static void Cut(Random random, List<byte> bytes, int at) => bytes.RemoveRange(at, Math.Min(random.Next(13), bytes.Count - at));

    private static (int Start, int End) LineAt(List<byte> bytes, int at)
    {
        var end = bytes.IndexOf((byte)'\n', at);
        var start = at == 0 ? -1 : bytes.LastIndexOf((byte)'\n', at - 1);
        return (start + 1, end < 0 ? bytes.Count : end + 1);
    }
}
