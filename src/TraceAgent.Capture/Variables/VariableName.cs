namespace TraceAgent.Capture.Variables;

/// <summary>Names of variables as rules write them.</summary>
public static class VariableName
{
    /// <summary>The maximum number of characters of a name in a rule.</summary>
    public const int MaxLength = 63;

    /// <summary>
    /// The name in a rule: that of the source, with <c>_</c> for what is no letter or digit of ASCII; null when nothing is left of it.
    /// </summary>
    /// <param name="source">The name as the source has it.</param>
    public static string? Of(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var written = new string([.. source.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        if (written.Trim('_').Length == 0)
        {
            return null;
        }

        written = char.IsAsciiDigit(written[0]) ? $"_{written}" : written;
        return written[..Math.Min(written.Length, MaxLength)];
    }
}
