using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>Parses a text in quotes as a test of texts.</summary>
internal static class TextPattern
{
    /// <summary>The maximum number of bytes of a thread's name (TASK_COMM_LEN without its NUL).</summary>
    private const int MaxThreadNameLength = 15;

    private const int MaxStars = 2;

    /// <param name="text">The text in the quotes.</param>
    /// <param name="sign">The operator: one that begins with <c>~</c> takes <c>*</c> for any text.</param>
    /// <param name="ofThread">The test is of a thread's name.</param>
    /// <param name="problem">The reason why there is no such test.</param>
    public static TextTest? Of(string text, string sign, bool ofThread, out string problem)
    {
        var isPattern = sign.StartsWith('~');
        var ignoresCase = sign == "~*";
        var parts = isPattern ? text.Split('*') : [text];
        var length = Encoding.UTF8.GetByteCount(text) - (parts.Length - 1);
        problem = "";
        if (parts.Length - 1 > MaxStars)
        {
            problem = $"a pattern has at most {MaxStars} '*'";
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            problem = "a text ends before its first NUL";
        }
        else if (length > (ofThread ? MaxThreadNameLength : TextTest.MaxLength))
        {
            problem = ofThread
                ? $"the kernel keeps {MaxThreadNameLength} bytes of a thread's name: this never matches"
                : $"a text in a condition has at most {TextTest.MaxLength} bytes, not {length}";
        }

        return problem.Length > 0 ? null : new TextTest(BytesOf(parts[0]), parts.Length > 1 ? BytesOf(parts[^1]) : [], parts.Length == 1)
        {
            Middle = parts.Length > MaxStars ? BytesOf(parts[1]) : [],
            IgnoresCase = ignoresCase,
        };

        EquatableArray<byte> BytesOf(string part)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            return (ignoresCase ? Array.ConvertAll(bytes, Small) : bytes).ToEquatableArray();
        }
    }

    private static byte Small(byte one) => one is >= (byte)'A' and <= (byte)'Z' ? (byte)(one | 0x20) : one;
}
