using System.Buffers;
using System.Runtime.InteropServices;
using TraceAgent.Capture;
using TraceAgent.Capture.Formatting;
using TraceAgent.Rules;

namespace TraceAgent.Events.Secrets;

/// <summary>
/// Finds secrets inside a text: payment cards, the credentials of <c>Bearer</c> and <c>Basic</c>, what <see cref="SecretForms"/>
/// knows, and the values of keys that <see cref="SecretNames"/> knows. A text without any of their beginnings costs one
/// vectorised search. One thread only.
/// </summary>
internal sealed class SecretFinder
{
    public const string Mask = "***";

    /// <summary>The minimum length of a secret that has no sign before it.</summary>
    private const int MinAlone = 12;

    private static readonly string[] Schemes = ["bearer", "basic"];
    private static readonly SearchValues<string> Stems = SearchValues.Create(
        [.. Schemes, .. SecretNames.Stems, .. SecretForms.Stems, .. KeyedSecret.Stems], StringComparison.OrdinalIgnoreCase);

    // The characters that may stand between the name of a secret and its value.
    private static readonly SearchValues<char> Separators = SearchValues.Create("=: \t\r\n%+>(\0");

    private readonly List<TextSpan> _found = [];

    /// <summary>Finds the parts to hide, in order and without overlap; valid until the next call.</summary>
    /// <param name="text">Decoded text, or bytes as characters.</param>
    /// <param name="isCut">True when more of the text was not kept: a secret at its end may go on there.</param>
    /// <param name="notSecret">Names that a rule says are none.</param>
    public ReadOnlySpan<TextSpan> Find(ReadOnlySpan<char> text, bool isCut, EquatableArray<string> notSecret = default)
    {
        if (_found.Count > 0)
        {
            _found.Clear();
        }

        if (text.Length >= MinAlone || text.ContainsAny(Separators))
        {
            FindStems(text, isCut, notSecret);
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
    public bool Hide(ReadOnlySpan<char> text, bool isCut, LineBuffer into, EquatableArray<string> notSecret = default)
    {
        var secrets = Find(text, isCut, notSecret);
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

    private void FindStems(ReadOnlySpan<char> text, bool isCut, EquatableArray<string> notSecret)
    {
        var at = 0;
        while (text[at..].IndexOfAny(Stems) is >= 0 and var next)
        {
            var start = at + next;
            var (secret, end) = KeyedSecret.At(text, start, notSecret);
            secret = secret.Length > 0 ? secret : Credentials(text, start);
            secret = secret.Length > 0 ? secret : SecretForms.At(text, start, isCut);
            if (secret.Length > 0)
            {
                _found.Add(secret);
            }

            // A name is looked at once, however many stems it has; what begins in it may be a form of its own.
            at = Math.Max(Math.Max(start + 1, end), secret.Start + secret.Length);
        }
    }

    private static TextSpan Credentials(ReadOnlySpan<char> text, int start)
    {
        foreach (var scheme in Schemes)
        {
            if (text[start..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return start > 0 && char.IsAsciiLetterOrDigit(text[start - 1]) ? default : Credentials(text, start + scheme.Length, scheme);
            }
        }

        return default;
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

        var length = start == at ? 0 : SecretValue.EndOfWord(text, start) - start;
        var token = text.Slice(start, length);

        // "Basic training" is English; base64 of user:password has a digit, a capital or a sign in it.
        return scheme == "basic" && length < 16 && !token.ContainsAnyExceptInRange('a', 'z') ? default : new TextSpan(start, length);
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
