using System.Buffers;
using System.Runtime.InteropServices;

namespace TraceAgent.Events;

/// <summary>
/// Finds what must not be logged inside a text: payment cards, the credentials of <c>Bearer</c> and <c>Basic</c>, and the
/// values of <c>password=…</c> and its like. Texts without a suspicious character cost one vectorised search. One thread only.
/// </summary>
internal sealed class SecretFinder
{
    public const string Mask = "***";

    /// <summary>Of a key behind its word; bounds the work on a text that repeats a word.</summary>
    private const int MaxKeyRest = 32;

    private static readonly string[] Schemes = ["bearer", "basic"];

    // Their value is the rest of the line.
    private static readonly string[] Headers = ["authorization", "cookie"];
    private static readonly string[] Keys = ["password", "passwd", "passphrase", "pwd", "token", "secret", "api_key", "api-key", "apikey"];
    private static readonly string[] AllWords = [.. Schemes, .. Headers, .. Keys];
    private static readonly SearchValues<string> Words = SearchValues.Create(AllWords, StringComparison.OrdinalIgnoreCase);

    // What follows a word that has a secret.
    private static readonly SearchValues<char> Separators = SearchValues.Create("=: \t%+");
    private static readonly SearchValues<char> ValueEnds = SearchValues.Create(" \t\r\n\"'&;,<>(){}[]|\\`");
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    private readonly List<TextSpan> _found = [];

    /// <summary>What to hide, in order and without overlap; valid until the next call.</summary>
    /// <param name="text">Decoded text, or bytes as characters.</param>
    /// <param name="isCut">True when more of the text was not kept: a secret at its end may go on there.</param>
    public ReadOnlySpan<TextSpan> Find(ReadOnlySpan<char> text, bool isCut)
    {
        if (_found.Count > 0)
        {
            _found.Clear();
        }

        if (text.ContainsAny(Separators))
        {
            FindWords(text);
        }

        if (text.Length >= CardNumber.MinDigits || isCut)
        {
            CardNumber.Find(text, isCut, _found);
        }

        if (_found.Count > 1)
        {
            Order();
        }

        return CollectionsMarshal.AsSpan(_found);
    }

    /// <summary>Writes a text with its secrets hidden.</summary>
    /// <returns>False when it has none, and nothing was written.</returns>
    /// <inheritdoc cref="Find"/>
    public bool Hide(ReadOnlySpan<char> text, bool isCut, LineBuffer into)
    {
        var secrets = Find(text, isCut);
        if (secrets.IsEmpty)
        {
            return false;
        }

        var at = 0;
        foreach (var secret in secrets)
        {
            into.Append(text[at..secret.Start]);
            into.Append(Mask);
            at = secret.Start + secret.Length;
        }

        into.Append(text[at..]);
        return true;
    }

    private void FindWords(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (text[at..].IndexOfAny(Words) is >= 0 and var next)
        {
            var start = at + next;
            var word = WordAt(text[start..]);
            var secret = SecretOf(text, start, word);
            if (secret.Length > 0)
            {
                _found.Add(secret);
            }

            at = Math.Max(start + word.Length, secret.Start + secret.Length);
        }
    }

    private static TextSpan SecretOf(ReadOnlySpan<char> text, int start, string word)
    {
        var end = start + word.Length;
        if (Array.IndexOf(Schemes, word) >= 0)
        {
            return start > 0 && char.IsAsciiLetterOrDigit(text[start - 1]) ? default : Credentials(text, end, word);
        }

        return Value(text, end, toEndOfLine: Array.IndexOf(Headers, word) >= 0);
    }

    private static TextSpan Credentials(ReadOnlySpan<char> text, int at, string scheme)
    {
        var start = at;
        while (start < text.Length)
        {
            if (text[start] is ' ' or '\t' or '+')
            {
                start++;
            }
            else if (text[start..].StartsWith("%20", StringComparison.Ordinal))
            {
                start += 3;
            }
            else
            {
                break;
            }
        }

        var length = start == at ? 0 : EndOf(text, start, ValueEnds) - start;
        var token = text.Slice(start, length);

        // "Basic training" is English; base64 of user:password has a digit, a capital or a sign in it.
        return scheme == "basic" && length < 16 && !token.ContainsAnyExceptInRange('a', 'z') ? default : new TextSpan(start, length);
    }

    private static TextSpan Value(ReadOnlySpan<char> text, int end, bool toEndOfLine)
    {
        var at = EndOfKey(text, end);
        at = SkipQuote(text, at, out _);
        at = SkipBlanks(text, at);
        if (at < 0 || at >= text.Length)
        {
            return default;
        }

        if (text[at] is not ('=' or ':'))
        {
            return text[at..].StartsWith("%3D", StringComparison.OrdinalIgnoreCase) ? Until(text, at + 3, ValueEnds) : default;
        }

        var separator = text[at++];
        if (at < text.Length && text[at] == '>')
        {
            at++;
        }
        else if (at < text.Length && text[at] == separator)
        {
            // a == b compares, a::b is a name.
            return default;
        }

        at = SkipBlanks(text, at);
        var quoted = SkipQuote(text, at, out var quote);
        if (quoted != at)
        {
            return new TextSpan(quoted, EndOfQuoted(text, quoted, quote, isEscaped: text[at] == '\\') - quoted);
        }

        return toEndOfLine ? Line(text, at) : Until(text, at, ValueEnds);
    }

    // "Authorization: Bearer x" keeps the scheme.
    private static TextSpan Line(ReadOnlySpan<char> text, int at)
    {
        foreach (var scheme in Schemes)
        {
            if (text[at..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && SkipBlanks(text, at + scheme.Length) is var after && after > at + scheme.Length)
            {
                at = after;
                break;
            }
        }

        return Until(text, at, LineEnds);
    }

    // token_id, secretKey and passwords are keys like their words; tokenizer is not.
    private static int EndOfKey(ReadOnlySpan<char> text, int at)
    {
        if (at < text.Length && text[at] is 's' or 'S')
        {
            at++;
        }

        if (at < text.Length && char.IsAsciiLetterLower(text[at]))
        {
            return -1;
        }

        var limit = Math.Min(text.Length, at + MaxKeyRest);
        while (at < limit && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-' or '.'))
        {
            at++;
        }

        return at;
    }

    private static int SkipQuote(ReadOnlySpan<char> text, int at, out char quote)
    {
        quote = '\0';
        if (at < 0)
        {
            return at;
        }

        var next = at < text.Length && text[at] == '\\' ? at + 1 : at;
        if (next >= text.Length || text[next] is not ('"' or '\''))
        {
            return at;
        }

        quote = text[next];
        return next + 1;
    }

    private static int SkipBlanks(ReadOnlySpan<char> text, int at)
    {
        while (at >= 0 && at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        return at;
    }

    private static int EndOfQuoted(ReadOnlySpan<char> text, int at, char quote, bool isEscaped)
    {
        for (; at < text.Length; at++)
        {
            if (text[at] == quote)
            {
                return at;
            }

            if (text[at] == '\\')
            {
                if (isEscaped && at + 1 < text.Length && text[at + 1] == quote)
                {
                    return at;
                }

                at++;
            }
        }

        return text.Length;
    }

    private static TextSpan Until(ReadOnlySpan<char> text, int at, SearchValues<char> ends) => new(at, EndOf(text, at, ends) - at);

    private static int EndOf(ReadOnlySpan<char> text, int at, SearchValues<char> ends) =>
        text[at..].IndexOfAny(ends) is >= 0 and var length ? at + length : text.Length;

    private static string WordAt(ReadOnlySpan<char> text)
    {
        foreach (var word in AllWords)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        throw new InvalidOperationException("a word was found that is none");
    }

    private void Order()
    {
        _found.Sort((a, b) => a.Start.CompareTo(b.Start));
        var last = 0;
        for (var i = 1; i < _found.Count; i++)
        {
            var (before, next) = (_found[last], _found[i]);
            if (next.Start < before.Start + before.Length)
            {
                var end = Math.Max(before.Start + before.Length, next.Start + next.Length);
                _found[last] = new TextSpan(before.Start, end - before.Start);
            }
            else
            {
                _found[++last] = next;
            }
        }

        _found.RemoveRange(last + 1, _found.Count - last - 1);
    }
}
