using TraceAgent.Capture;

namespace TraceAgent.Rules;

/// <summary>
/// The values of a rule that must reach no output: those of <c>redact:</c>, and those whose name is that of a secret, except for
/// names in <c>redact: {not: …}</c>.
/// </summary>
public sealed class Redaction(EquatableArray<string> patterns, EquatableArray<string> notSecret = default)
{
    /// <summary>
    /// True when the argument, the captured value or the return value of this name is redacted. What every event has is not.
    /// </summary>
    public bool Applies(string name) => !notSecret.Contains(name, StringComparer.OrdinalIgnoreCase)
        && (SecretNames.IsSecret(name) || ((name == "ret" || !ValueName.Taken.Contains(name)) && patterns.Any(p => Matches(p, name))));

    /// <summary>True when the name fits a name, or a pattern in which <c>*</c> stands for any text; in any case.</summary>
    private static bool Matches(string pattern, string name)
    {
        var (p, n, star, retry) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, retry) = (p++, n);
            }
            else if (p < pattern.Length && char.ToUpperInvariant(pattern[p]) == char.ToUpperInvariant(name[n]))
            {
                (p, n) = (p + 1, n + 1);
            }
            else if (star >= 0)
            {
                (p, n) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }
}
