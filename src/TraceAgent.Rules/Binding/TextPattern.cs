using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Rules.Binding;

/// <summary>Parses a text in quotes as a test of texts.</summary>
internal static class TextPattern
{
    /// <summary>The maximum number of bytes of a thread's name (TASK_COMM_LEN without its NUL).</summary>
    private const int MaxThreadNameLength = 15;

    /// <param name="text">The text in the quotes.</param>
    /// <param name="isPattern">True when one <c>*</c> stands for any text.</param>
    /// <param name="ofThread">The test is of a thread's name.</param>
    /// <param name="problem">The reason why there is no such test.</param>
    public static TextTest? Of(string text, bool isPattern, bool ofThread, out string problem)
    {
        problem = "";
        var star = isPattern ? text.IndexOf('*', StringComparison.Ordinal) : -1;
        var prefix = Encoding.UTF8.GetBytes(star < 0 ? text : text[..star]);
        var suffix = star < 0 ? [] : Encoding.UTF8.GetBytes(text[(star + 1)..]);
        var longest = ofThread ? MaxThreadNameLength : TextTest.MaxLength;
        if (star >= 0 && text.IndexOf('*', star + 1) >= 0)
        {
            problem = "a pattern has at most one '*'";
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            problem = "a text ends before its first NUL";
        }
        else if (prefix.Length + suffix.Length > longest)
        {
            problem = ofThread
                ? $"the kernel keeps {MaxThreadNameLength} bytes of a thread's name: this never matches"
                : $"a text in a condition has at most {TextTest.MaxLength} bytes, not {prefix.Length + suffix.Length}";
        }

        return problem.Length > 0 ? null : new TextTest(prefix.ToEquatableArray(), suffix.ToEquatableArray(), star < 0);
    }
}
