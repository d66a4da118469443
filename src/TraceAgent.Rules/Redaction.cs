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
    public bool Applies(string name)
    {
        if (notSecret.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        var mayBeAsked = name == "ret" || !ValueName.Taken.Contains(name);
        return SecretNames.IsSecret(name) || (mayBeAsked && patterns.Any(pattern => Wildcard.Matches(pattern, name, ignoreCase: true)));
    }
}
