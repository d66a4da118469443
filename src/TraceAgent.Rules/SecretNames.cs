namespace TraceAgent.Rules;

/// <summary>
/// The names that mark a secret: of arguments and values, and of keys inside texts (<c>DB_PASS=…</c>, <c>--api-key …</c>). The
/// one list for both.
/// </summary>
public static class SecretNames
{
    /// <summary>Words that make a name that of a secret when they are a part of it, in any case.</summary>
    private static readonly string[] Words =
    [
        "password", "passwd", "passphrase", "passcode", "passkey", "passwort",
        "pass_word", "pass-word", "pass_phrase", "pass-phrase", "pwd", "pswd",
        "token", "secret", "authorization", "cookie", "credential", "creds", "session", "sessid", "jwt",
    ];

    /// <summary>Continuations of these words that mean something else.</summary>
    private static readonly string[] Others = ["tokeniz", "tokenis", "secretar", "secretion", "passwordless", "sessionless"];

    /// <summary>Kinds of keys that are secret, with or without a sign between: <c>api_key</c>, <c>AccountKey</c>.</summary>
    private static readonly string[] Keys =
    [
        "api", "app", "access", "private", "account", "auth", "encryption", "encrypt", "signing", "sign",
        "master", "shared", "storage", "ssh", "deploy", "license", "hmac", "root",
    ];

    private static readonly string[] NoPass = ["bypass", "compass", "encompass", "surpass", "trespass", "overpass", "underpass"];

    /// <summary>The stems to search for in a text: every name in the list has one of these as a part, in any case.</summary>
    public static IReadOnlyList<string> Stems { get; } =
        ["pass", "pw", "psw", "token", "secret", "authorization", "cookie", "cred", "key", "sess", "jwt"];

    /// <summary>All names, for documents and tests.</summary>
    public static IEnumerable<string> All => [.. Words, .. Keys.Select(kind => $"{kind}_key"), "pass", "pw"];

    public static bool IsSecret(ReadOnlySpan<char> name) => HasWord(name) || HasKey(name) || HasPass(name) || EndsWithPw(name);

    private static bool HasWord(ReadOnlySpan<char> name)
    {
        foreach (var word in Words)
        {
            for (var from = 0; name[from..].IndexOf(word, StringComparison.OrdinalIgnoreCase) is >= 0 and var at; from += at + 1)
            {
                if (!IsOther(name[(from + at)..]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsOther(ReadOnlySpan<char> rest)
    {
        foreach (var other in Others)
        {
            if (rest.StartsWith(other, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasKey(ReadOnlySpan<char> name)
    {
        for (var from = 0; name[from..].IndexOf("key", StringComparison.OrdinalIgnoreCase) is >= 0 and var at; from += at + 1)
        {
            var before = name[..(from + at)];
            before = before.Length > 0 && IsSign(before[^1]) ? before[..^1] : before;
            foreach (var kind in Keys)
            {
                if (before.EndsWith(kind, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// True for <c>pass</c> at the end of a word: of <c>DB_PASS</c>, <c>dbPass</c>, <c>userpass</c> and <c>pass2</c>, but not of
    /// <c>passenger</c>.
    /// </summary>
    private static bool HasPass(ReadOnlySpan<char> name)
    {
        const string pass = "pass";
        for (var from = 0; name[from..].IndexOf(pass, StringComparison.OrdinalIgnoreCase) is >= 0 and var at; from += at + 1)
        {
            var end = from + at + pass.Length;
            if (end < name.Length && char.IsAsciiLetter(name[end])
                && !(char.IsAsciiLetterUpper(name[end]) && char.IsAsciiLetterLower(name[end - 1])))
            {
                continue;
            }

            var start = end - pass.Length;
            while (start > 0 && char.IsAsciiLetter(name[start - 1])
                && !(char.IsAsciiLetterUpper(name[start]) && char.IsAsciiLetterLower(name[start - 1])))
            {
                start--;
            }

            var word = name[start..end];
            var isOther = false;
            foreach (var other in NoPass)
            {
                isOther |= word.Equals(other, StringComparison.OrdinalIgnoreCase);
            }

            if (!isOther)
            {
                return true;
            }
        }

        return false;
    }

    private static bool EndsWithPw(ReadOnlySpan<char> name) =>
        name.EndsWith("pw", StringComparison.OrdinalIgnoreCase)
        && (name.Length == 2 || IsSign(name[^3]) || (char.IsAsciiLetterLower(name[^3]) && char.IsAsciiLetterUpper(name[^2])));

    private static bool IsSign(char c) => c is '_' or '-' or '.' or ' ';
}
