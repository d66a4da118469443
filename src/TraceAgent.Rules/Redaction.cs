using TraceAgent.Capture;

namespace TraceAgent.Rules;

/// <summary>
/// Which values of a rule must reach no output: those of <c>redact:</c>, and those whose name tells that they are secret, except
/// for names that <c>redact: {not: …}</c> says are none.
/// </summary>
public sealed class Redaction(EquatableArray<string> patterns, EquatableArray<string> notSecret = default)
{
    /// <summary>
    /// Whether the argument, the captured value or the return value of this name is redacted. What every event has is not.
    /// </summary>
    public bool Applies(string name) => !notSecret.Contains(name, StringComparer.OrdinalIgnoreCase)
        && (SecretNames.IsSecret(name) || ((name == "ret" || !ValueName.Taken.Contains(name)) && patterns.Any(p => Matches(p, name))));

    /// <summary>A name, or a pattern in which <c>*</c> stands for any text; in any case.</summary>
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
