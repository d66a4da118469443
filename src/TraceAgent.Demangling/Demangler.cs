using System.Text;

namespace TraceAgent.Demangling;

/// <summary>
/// Turns names of C++ (Itanium ABI, "Mangling") and Rust (legacy, and v0 of RFC 2603) back to what the source says. Names come
/// from hostile files: the work on one is bounded, whatever it says.
/// </summary>
public static class Demangler
{
    /// <summary>The maximum length in bytes of a name that is demangled; compilers hash most of the longer ones.</summary>
    public const int MaxNameLength = 4096;

    /// <summary>The maximum number of UTF-16 units of a result, and of a part of one.</summary>
    public const int MaxResultLength = 8192;

    public static bool IsMangled(ReadOnlySpan<byte> name) =>
        name.StartsWith("_Z"u8) || name.StartsWith("_R"u8);

    /// <summary>
    /// The name in its source language, short: without return types, <c>std::string</c> for its long form. Null when it is not
    /// mangled, or not in a known way.
    /// </summary>
    /// <param name="name">UTF-8, without a version.</param>
    public static DemangledName? Demangle(ReadOnlySpan<byte> name) => Demangle(name, isShort: true);

    /// <summary>The name as nm -C and c++filt spell it, with return types and long forms; null as above.</summary>
    /// <param name="name">UTF-8, without a version.</param>
    public static DemangledName? DemangleLong(ReadOnlySpan<byte> name) => Demangle(name, isShort: false);

    private static DemangledName? Demangle(ReadOnlySpan<byte> name, bool isShort)
    {
        if (!IsMangled(name) || name.Length > MaxNameLength)
        {
            return null;
        }

        // What the compiler does to a function after naming it stands after a dot: .constprop.0, .cold, .llvm.123.
        var dot = name.IndexOf((byte)'.');
        var suffix = "";
        var isLegacyRust = RustLegacyName.TryDemangle(name, out var rust, out var consumed);
        if (isLegacyRust)
        {
            suffix = Encoding.UTF8.GetString(name[consumed..]);
        }
        else if (dot > 0)
        {
            suffix = Encoding.UTF8.GetString(name[dot..]);
            name = name[..dot];
        }

        var found = (isLegacyRust, name[1]) switch
        {
            (true, _) => rust,
            (_, (byte)'R') => RustV0Demangler.Demangle(name),
            _ => OfCpp(name, isShort),
        };
        if (found is null || suffix.Length == 0 || suffix.StartsWith(".llvm.", StringComparison.Ordinal))
        {
            return found;
        }

        // Only its whole text names a copy: who asks for the function means the function.
        var clone = found.Full + Clones(suffix);
        return new DemangledName(clone, clone, clone) { Member = found.Member, Original = found };
    }

    /// <summary>The text for the copies of copies, each with its number: <c>.part.0.constprop.0</c> are two.</summary>
    private static string Clones(string suffix)
    {
        var text = new StringBuilder();
        var start = 0;
        for (var at = 1; at <= suffix.Length; at++)
        {
            var isNext = at == suffix.Length || (suffix[at] == '.' && at + 1 < suffix.Length && !char.IsAsciiDigit(suffix[at + 1]));
            if (isNext)
            {
                text.Append(" [clone ").Append(suffix, start, at - start).Append(']');
                start = at;
            }
        }

        return text.ToString();
    }

    /// <summary>Lengths in names of C++ are bytes, and identifiers are UTF-8: a unit for each byte, until all is read.</summary>
    private static DemangledName? OfCpp(ReadOnlySpan<byte> name, bool isShort)
    {
        var found = ItaniumDemangler.Demangle(Encoding.Latin1.GetString(name), isShort);
        return found is null || Ascii.IsValid(name)
            ? found
            : new DemangledName(Decoded(found.Full), Decoded(found.Name), Decoded(found.Bare))
            {
                Member = found.Member is { } member
                    ? member with { Scope = Decoded(member.Scope), ShownScope = Decoded(member.ShownScope), Last = Decoded(member.Last) }
                    : null,
            };
    }

    private static string Decoded(string units) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(units));
}
