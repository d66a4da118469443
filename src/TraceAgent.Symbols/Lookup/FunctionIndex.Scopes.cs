using System.Text;
using TraceAgent.Demangling;

namespace TraceAgent.Symbols.Lookup;

/// <summary>The kind of a C++ function's scope.</summary>
internal enum ScopeKind
{
    /// <summary>Unknown: no name in the file tells.</summary>
    Unknown,
    Namespace,
    Class,
}

/// <summary>
/// The part that finds the kind of a scope from the other names of the file: mangled names do not say whether one is a namespace
/// or a class.
/// </summary>
internal sealed partial class FunctionIndex
{
    /// <summary>The maximum number of names that are read whole for one scope.</summary>
    private const int MaxRead = 20_000;

    /// <summary>
    /// The maximum number of names that are examined for all scopes together: ten thousand functions may stand in as many.
    /// </summary>
    private const long MaxSeen = 30_000_000;

    private readonly Dictionary<string, ScopeKind> _scopes = [];
    private readonly Dictionary<string, bool> _classes = [];
    private long _seen;
    private bool? _hasUnoptimisedRust;

    /// <summary>The kind of the scope that the name stands in.</summary>
    public ScopeKind ScopeOf(MemberName member)
    {
        var shown = member.ShownScope;
        if (member.IsLocal || shown.EndsWith('>') || shown.EndsWith('}') || shown == "std::string"
            || member.Scope is "Sa" or "Sb" or "Ss" or "Si" or "So" or "Sd")
        {
            return ScopeKind.Class;
        }

        if (shown is "std" || shown.EndsWith("(anonymous namespace)", StringComparison.Ordinal)
            || shown.EndsWith("::__cxx11", StringComparison.Ordinal) || shown == "std::__1")
        {
            return ScopeKind.Namespace;
        }

        if (!_scopes.TryGetValue(member.Scope, out var kind))
        {
            _scopes[member.Scope] = kind = Search(new ScopeEvidence(member.Scope, shown));
        }

        return kind;
    }

    /// <summary>
    /// True when a class has a destructor, a copy constructor or a table of virtual functions, so that it is passed and returned
    /// by address.
    /// </summary>
    /// <param name="mangled">The class' name, as those of its members begin: <c>4shop4Cart</c>.</param>
    public bool IsPassedByAddress(string mangled)
    {
        if (!_classes.TryGetValue(mangled, out var isPassed))
        {
            _classes[mangled] = isPassed = HasOwnCopies(mangled);
        }

        return isPassed;
    }

    /// <summary>
    /// True when the file has small functions of Rust's library that are part of their callers wherever anything is optimised.
    /// </summary>
    public bool HasUnoptimisedRust
    {
        get
        {
            if (_hasUnoptimisedRust is not { } found)
            {
                found = false;
                ForEachName(name =>
                    found |= name.IndexOf("18precondition_check"u8) >= 0
                        || (name.IndexOf("Termination"u8) >= 0 && name.IndexOf("6report"u8) >= 0));
                _hasUnoptimisedRust = found;
            }

            return found;
        }
    }

    private bool HasOwnCopies(string mangled)
    {
        var own = Encoding.UTF8.GetBytes($"_ZN{mangled}");
        var nested = Encoding.UTF8.GetBytes($"_ZTVN{mangled}E");
        var single = Encoding.UTF8.GetBytes($"_ZTV{mangled}");
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (_seen++ > MaxSeen)
                {
                    break;
                }

                var name = table.PlainNameOf(symbol);
                if (name.SequenceEqual(nested) || name.SequenceEqual(single))
                {
                    return true;
                }

                if (name.StartsWith(own) && name[own.Length..] is var rest
                    && (rest is [(byte)'D', >= (byte)'0' and <= (byte)'5', ..]
                        || rest.StartsWith("C1ERKS"u8)
                        || rest.StartsWith("C2ERKS"u8)
                        || rest.StartsWith("C1EOS"u8)
                        || rest.StartsWith("C2EOS"u8)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private ScopeKind Search(ScopeEvidence evidence)
    {
        var read = 0;
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (_seen++ > MaxSeen)
                {
                    break;
                }

                var name = table.PlainNameOf(symbol);
                if (evidence.Of(name) is var quick and not ScopeKind.Unknown)
                {
                    return quick;
                }

                if (read < MaxRead && evidence.MayShow(name))
                {
                    read++;
                    if (Demangler.Demangle(name) is { } demangled && evidence.IsClassBy(demangled))
                    {
                        return ScopeKind.Class;
                    }
                }
            }
        }

        return ScopeKind.Unknown;
    }

    /// <param name="scope">The mangled scope.</param>
    /// <param name="shown">The name as in the source.</param>
    private sealed class ScopeEvidence(string scope, string shown)
    {
        private readonly byte[] _member = Encoding.UTF8.GetBytes($"_ZN{scope}");
        private readonly byte[] _nested = Encoding.UTF8.GetBytes($"N{scope}E");
        private readonly byte[] _single = Encoding.UTF8.GetBytes(scope);
        private readonly byte[] _last = LastPart(shown);

        /// <summary>The kind of the scope by how the name begins.</summary>
        public ScopeKind Of(ReadOnlySpan<byte> name)
        {
            if (name.StartsWith("_ZT"u8))
            {
                var of = name[Math.Min(4, name.Length)..];
                return name.Length > 4 && name[3] is (byte)'V' or (byte)'I' or (byte)'S' or (byte)'T'
                    && (of.SequenceEqual(_nested) || of.SequenceEqual(_single))
                    ? ScopeKind.Class : ScopeKind.Unknown;
            }

            if (!name.StartsWith(_member))
            {
                return ScopeKind.Unknown;
            }

            // What is in it: constructors, destructors and operators that only members can be; names that only their file sees.
            return name[_member.Length..] switch
            {
                [(byte)'C' or (byte)'D', >= (byte)'0' and <= (byte)'5' or (byte)'I', ..] => ScopeKind.Class,
                [(byte)'a', (byte)'S', ..] or [(byte)'c', (byte)'l' or (byte)'v', ..] or [(byte)'i', (byte)'x', ..]
                    or [(byte)'p', (byte)'t', ..] => ScopeKind.Class,
                [(byte)'L', ..] => ScopeKind.Namespace,
                var rest when rest.StartsWith("12_GLOBAL__N_1"u8) => ScopeKind.Namespace,
                _ => ScopeKind.Unknown,
            };
        }

        /// <summary>True when reading the whole name can tell more.</summary>
        public bool MayShow(ReadOnlySpan<byte> name) => name.StartsWith("_Z"u8) && name.IndexOf(_last) >= 0;

        /// <summary>True when the scope has a member that is called on objects, or is the type of something.</summary>
        public bool IsClassBy(DemangledName name) =>
            (name.Member is { IsQualified: true, IsLocal: false } member && member.Scope == scope) || IsTypeIn(name.Full);

        private bool IsTypeIn(string text)
        {
            for (var at = text.IndexOf(shown, StringComparison.Ordinal);
                at >= 0;
                at = text.IndexOf(shown, at + 1, StringComparison.Ordinal))
            {
                var before = at == 0 ? ' ' : text[at - 1];
                var after = text.AsSpan(at + shown.Length);
                if (at > 0 && !char.IsAsciiLetterOrDigit(before) && before is not ('_' or ':')
                    && (after is ['&' or '*' or ',' or ')' or '>' or '[', ..] || after.StartsWith(" const") || after.StartsWith(" >")))
                {
                    return true;
                }
            }

            return false;
        }

        private static byte[] LastPart(string shown)
        {
            var last = shown[(shown.LastIndexOf(':') + 1)..];
            var tag = last.IndexOf('[', StringComparison.Ordinal);
            last = tag > 0 ? last[..tag] : last;
            return Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(last)}{last}");
        }
    }
}
