using System.Buffers;

namespace TraceAgent.Events.Secrets;

/// <summary>
/// Finds secrets that are known by their own form, whatever stands before them: passwords in addresses, private keys, signed
/// tokens, and the keys of clouds and forges.
/// </summary>
internal static class SecretForms
{
    private const string Address = "://";
    private const string PrivateKey = "-----begin";
    private const string SignedToken = "eyj";
    private const int MaxAuthorityLength = 1024;
    private const int MaxHeadlineLength = 64;
    private const int MinOfToken = 20;

    /// <summary>The prefixes of issued keys, case-sensitive, with the minimum number of characters that follow.</summary>
    private static readonly (string Prefix, int MinLength)[] Issued =
    [
        ("AKIA", 12), ("ASIA", 12), ("ABIA", 12), ("ACCA", 12), ("AIza", 30), ("ya29.", 16), ("LTAI", 12), ("GOCSPX-", 16),
        ("ghp_", 16), ("gho_", 16), ("ghu_", 16), ("ghs_", 16), ("ghr_", 16), ("github_pat_", 16),
        ("glpat-", 12), ("gldt-", 12), ("glrt-", 12),
        ("xoxb-", 8), ("xoxp-", 8), ("xoxa-", 8), ("xoxr-", 8), ("xoxs-", 8), ("xoxe-", 8), ("xapp-", 8),
        ("sk_live_", 8), ("sk_test_", 8), ("rk_live_", 8), ("rk_test_", 8), ("whsec_", 8), ("sk-", 20), ("SG.", 20), ("key-", 32),
        ("npm_", 20), ("pypi-", 16), ("hf_", 20), ("hvs.", 16), ("hvb.", 16),
        ("dop_v1_", 16), ("doo_v1_", 16), ("shpat_", 16), ("shpss_", 16),
        ("dckr_pat_", 12), ("AGE-SECRET-KEY-1", 8), ("glsa_", 16), ("tskey-", 12),
        ("ATATT3", 16), ("sq0atp-", 12), ("sq0csp-", 12), ("nvapi-", 16),
    ];

    private static readonly SearchValues<char> AuthorityEnds = SearchValues.Create(" \t\r\n\0/?#\"'<>\\`|");
    private static readonly SearchValues<char> TextEnds = SearchValues.Create(" \t\r\n\0\"'<>\\`|");

    /// <summary>The stems to search for in a text, in any case.</summary>
    public static IEnumerable<string> Stems => [Address, PrivateKey, SignedToken, .. Issued.Select(one => one.Prefix.ToLowerInvariant())];

    /// <summary>The secret whose stem is at a position; empty when it is none.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">The position of the stem.</param>
    /// <param name="isCut">True when more of the text was not kept.</param>
    public static TextSpan At(ReadOnlySpan<char> text, int at, bool isCut)
    {
        var rest = text[at..];
        if (rest.StartsWith(Address, StringComparison.Ordinal))
        {
            return InAddress(text, at + Address.Length, isCut);
        }

        if (rest.StartsWith(PrivateKey, StringComparison.OrdinalIgnoreCase))
        {
            return KeyBlock(text, at + PrivateKey.Length);
        }

        if (at > 0 && IsOfToken(text[at - 1]))
        {
            return default;
        }

        var length = TokenLength(rest);
        var reachesCut = isCut && length == rest.Length;
        if (rest.StartsWith("eyJ", StringComparison.Ordinal))
        {
            return (length >= MinOfToken && rest[..length].Contains('.')) || reachesCut ? new TextSpan(at, length) : default;
        }

        foreach (var (prefix, least) in Issued)
        {
            if (rest.StartsWith(prefix, StringComparison.Ordinal)
                && (length >= prefix.Length + least || (reachesCut && length > prefix.Length)))
            {
                return new TextSpan(at, length);
            }
        }

        return default;
    }

    /// <summary>
    /// The password of scheme://user:password@host (RFC 3986, 3.2.1), also where it has a slash that should have been escaped.
    /// </summary>
    private static TextSpan InAddress(ReadOnlySpan<char> text, int start, bool isCut)
    {
        var rest = text[start..Math.Min(text.Length, start + MaxAuthorityLength)];
        var end = rest.IndexOfAny(AuthorityEnds) is >= 0 and var stop ? stop : rest.Length;
        var colon = rest[..end].IndexOf(':');
        if (colon < 0)
        {
            return default;
        }

        var at = rest[..end].LastIndexOf('@');
        if (at < 0 && !IsPort(rest[(colon + 1)..end]))
        {
            var all = rest.IndexOfAny(TextEnds) is >= 0 and var blank ? blank : rest.Length;
            at = rest[..all].LastIndexOf('@');
            at = at < 0 && isCut && start + all == text.Length ? all : at;
        }

        return at > colon + 1 ? new TextSpan(start + colon + 1, at - colon - 1) : default;
    }

    private static bool IsPort(ReadOnlySpan<char> text) => text.Length <= 5 && !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>A private key, from its headline (RFC 7468) to its last line, or to the end of the text.</summary>
    private static TextSpan KeyBlock(ReadOnlySpan<char> text, int start)
    {
        const string line = "-----";
        var headline = text[start..Math.Min(text.Length, start + MaxHeadlineLength)];
        if (headline.IndexOf(line) is not (>= 0 and var end)
            || !headline[..end].Contains("private key", StringComparison.OrdinalIgnoreCase))
        {
            return default;
        }

        var from = start + end + line.Length;
        var to = text[from..].IndexOf("-----END", StringComparison.OrdinalIgnoreCase) is >= 0 and var length ? from + length : text.Length;
        return new TextSpan(from, to - from);
    }

    private static int TokenLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (IsOfToken(text[length]) || text[length] == '.'))
        {
            length++;
        }

        return length;
    }

    private static bool IsOfToken(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
