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
