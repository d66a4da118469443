using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Demangling;

namespace TraceAgent.Symbols.Names;

/// <summary>The parts of a name of Rust that are written in several ways: brackets of types, generic arguments, hashes.</summary>
internal static partial class RustSpelling
{
    public static bool IsRust(ReadOnlySpan<byte> mangled) =>
        mangled.StartsWith("_R"u8) || RustLegacyName.TryDemangle(mangled, out _, out _);

    /// <summary>The name without what c++filt, nm and gdb print more than the source has.</summary>
    /// <param name="name">The name as somebody wrote it.</param>
    /// <param name="hash">The hash after a name of the first form, such as <c>h0123456789abcdef</c>; or empty.</param>
    public static string WithoutDetails(string name, out string hash)
    {
        var found = Hash().Match(name);
        hash = found.Groups[1].Value;
        name = Detail().Replace(found.Success ? name[..found.Index] : name, "");
        return Escape().Replace(name, letter => ((char)ushort.Parse(
            letter.Groups[1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString());
    }

    /// <summary>The name of Rust with <c>shop::Cart::push</c> for <c>&lt;shop::Cart&gt;::push</c>, as nm prints methods.</summary>
    public static string WithoutTypeBrackets(string text)
    {
        for (var open = text.IndexOf('<', StringComparison.Ordinal); open >= 0; open = text.IndexOf('<', open + 1))
        {
            var isOfType = open == 0 || !(SourceSpelling.IsOfWord(text[open - 1]) || text[open - 1] is ':' or '>');
            if (isOfType && EndOfList(text, open) is var end && end > 0
                && text.AsSpan(end + 1).StartsWith("::") && IsPath(text.AsSpan(open + 1, end - open - 1)))
            {
                text = $"{text[..open]}{text[(open + 1)..end]}{text[(end + 1)..]}";
                open--;
            }
        }

        return text;
    }

    /// <summary>The name without lists of generic arguments, which stand after words and <c>::</c>.</summary>
    /// <param name="text">The name in the spelling of <see cref="SourceSpelling.Of"/>.</param>
    /// <param name="onlyParameters">True to leave out only lists of names such as <c>T</c> and <c>K2</c>.</param>
    public static string WithoutGenerics(string text, bool onlyParameters)
    {
        for (var open = text.IndexOf('<', StringComparison.Ordinal); open >= 0; open = text.IndexOf('<', open + 1))
        {
            var isList = open > 0 && (SourceSpelling.IsOfWord(text[open - 1]) || text[open - 1] == ':');
            if (isList && EndOfList(text, open) is var end && end > 0
                && (!onlyParameters || Parameters().IsMatch(text.AsSpan(open, end + 1 - open))))
            {
                var start = text.AsSpan(0, open).EndsWith("::") ? open - 2 : open;
                text = $"{text[..start]}{text[(end + 1)..]}";
                open = start - 1;
            }
        }

        return text;
    }

    /// <summary>The place of the bracket that closes the one at <paramref name="open"/>; -1 when none does.</summary>
    private static int EndOfList(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length; at++)
        {
            depth += text[at] switch { '<' => 1, '>' when text[at - 1] != '-' => -1, _ => 0 };
            if (depth == 0)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>True for a type that stands without brackets where the source names its method: a path, and no trait of it.</summary>
    private static bool IsPath(ReadOnlySpan<char> type)
    {
        var end = 0;
        while (end < type.Length && (char.IsLetterOrDigit(type[end]) || type[end] == '_'))
        {
            end++;
        }

        if (end == 0 || !type[end..].StartsWith("::"))
        {
            return false;
        }

        var depth = 0;
        for (var at = end; at < type.Length; at++)
        {
            depth += type[at] switch { '<' or '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, '>' when type[at - 1] != '-' => -1, _ => 0 };
            if (depth == 0 && type[at..].StartsWith(" as "))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Matches the hash that c++filt and gdb print after names of Rust's first form.</summary>
    [GeneratedRegex("::(h[0-9a-f]{16})$", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();

    /// <summary>Matches what c++filt prints in names of Rust's second form: hashes of crates and types of constants.</summary>
    [GeneratedRegex(
        @"(?<=\w)\[[0-9a-f]{8,16}\]|(?<=[\w']): (?:[iu](?:8|16|32|64|128|size)|bool|char)(?=[,>\])])",
        RegexOptions.CultureInvariant)]
    private static partial Regex Detail();

    /// <summary>Matches letters beyond ASCII as nm and c++filt leave them in names of Rust's first form.</summary>
    [GeneratedRegex(@"\$u([0-9a-f]{2,4})\$", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();

    [GeneratedRegex(@"^<[A-Z]\d?(,[A-Z]\d?)*>$", RegexOptions.CultureInvariant)]
    private static partial Regex Parameters();
}
