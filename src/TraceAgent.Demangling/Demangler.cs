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

    /// <summary>The name in its source language; null when it is not mangled, or not in a known way.</summary>
    /// <param name="name">UTF-8, without a version.</param>
    public static DemangledName? Demangle(ReadOnlySpan<byte> name)
    {
        if (!IsMangled(name) || name.Length > MaxNameLength || !Ascii.IsValid(name))
        {
            return null;
        }

        // What the compiler does to a function after naming it stands behind a dot: .constprop.0, .cold, .llvm.123.
        var dot = name.IndexOf((byte)'.');
        var suffix = "";
        var isLegacyRust = RustLegacyName.TryDemangle(name, out var rust, out var consumed);
        if (isLegacyRust)
        {
            suffix = Encoding.ASCII.GetString(name[consumed..]);
        }
        else if (dot > 0)
        {
            suffix = Encoding.ASCII.GetString(name[dot..]);
            name = name[..dot];
        }

        var found = (isLegacyRust, name[1]) switch
        {
            (true, _) => rust,
            (_, (byte)'R') => RustV0Demangler.Demangle(name),
            _ => ItaniumDemangler.Demangle(name),
        };
        if (found is null || suffix.Length == 0 || suffix.StartsWith(".llvm.", StringComparison.Ordinal))
        {
            return found;
        }

        // Only its whole text names a copy: who asks for the function means the function.
        var clone = $"{found.Full} [clone {suffix}]";
        return new DemangledName(clone, clone, clone) { Member = found.Member };
    }
}
