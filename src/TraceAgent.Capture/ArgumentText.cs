using System.Text;

namespace TraceAgent.Capture;

/// <summary>Command lines as the kernel keeps them: each argument with a zero byte after it.</summary>
public static class ArgumentText
{
    private const string More = "…";

    /// <param name="arguments">Any bytes; those that are no UTF-8 become U+FFFD.</param>
    /// <param name="cut">True when there are more arguments.</param>
    public static string Of(ReadOnlySpan<byte> arguments, bool cut)
    {
        var ended = cut ? arguments : arguments.TrimEnd((byte)0);
        var text = Encoding.UTF8.GetString(ended).Replace('\0', ' ');
        return cut ? text + More : text;
    }
}
