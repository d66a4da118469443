using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Demangling;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Functions;

/// <summary>The uncertainty about a function's object.</summary>
internal enum ObjectUncertainty
{
    None,

    /// <summary>The function is of a class, and read as called on an object.</summary>
    MayBeStatic,

    /// <summary>The scope may be a class; the function is read as called on none.</summary>
    MayBeMember,

    /// <summary>The prototype says that it is called on one, and its name that it is not.</summary>
    Contradiction,
}

/// <summary>
/// Decides whether a function is called on an object: by its mangled name, by the other names of the file, and by its prototype.
/// </summary>
internal sealed class CalledScope
{
    // Operators that are static without the keyword: new, new[], delete, delete[].
    private static readonly string[] Static = ["nw", "na", "dl", "da"];

    // The function that a lambda without captures converts to: GCC's and clang's name.
    private static readonly string[] Invokers = ["4_FUN", "8__invoke"];

    private readonly FunctionIndex _functions;
    private readonly CallForm _form;

    /// <param name="functions">The functions of the file.</param>
    /// <param name="function">The function; null when it is unknown.</param>
    /// <param name="form">The form according to the prototype.</param>
    public CalledScope(FunctionIndex functions, FunctionRange? function, CallForm form)
    {
        (_functions, _form) = (functions, form);
        var name = Encoding.UTF8.GetBytes(function?.Name ?? "");
        var demangled = Demangler.Demangle(name);
        var member = demangled?.Member;
        IsCpp = name.AsSpan().StartsWith("_Z"u8) && !RustLegacyName.TryDemangle(name, out _, out _);

        // Without a readable mangled name, only the prototype names the scope.
        member ??= name.Length == 0 || (IsCpp && demangled is null) ? OfSource(form.Scope) : null;
        IsCpp |= name.Length == 0 && form.Scope.Length > 0;
        Shown = member?.ShownScope ?? form.Scope;
        var declared = form.Object;
        if (declared == ObjectArgument.Absent)
        {
            return;
        }

        if (member is null)
        {
            HasObject = declared == ObjectArgument.Hidden && name.Length == 0;
            Uncertainty = declared == ObjectArgument.Hidden && !HasObject ? ObjectUncertainty.Contradiction : ObjectUncertainty.None;
            return;
        }

        if (IsForCertain(member) is { } certain)
        {
            HasObject = certain;
            Uncertainty = declared == ObjectArgument.Hidden && !certain ? ObjectUncertainty.Contradiction : ObjectUncertainty.None;
            return;
        }

        var kind = functions.ScopeOf(member);
        HasObject = kind == ScopeKind.Class || (declared == ObjectArgument.Hidden && kind == ScopeKind.Unknown);
        Uncertainty = (kind, declared) switch
        {
            (ScopeKind.Class, ObjectArgument.Unspecified) when !IsOperator(member) => ObjectUncertainty.MayBeStatic,
            (ScopeKind.Unknown, ObjectArgument.Unspecified) => ObjectUncertainty.MayBeMember,
            (ScopeKind.Namespace, ObjectArgument.Hidden) => ObjectUncertainty.Contradiction,
            _ => ObjectUncertainty.None,
        };
    }

    public bool IsCpp { get; }

    /// <summary>The scope as in the source.</summary>
    public string Shown { get; }

    public bool HasObject { get; }

    public ObjectUncertainty Uncertainty { get; }

    /// <summary>True when members of the class say that values of it have an address; the name is as the prototype has it.</summary>
    public bool IsPassedByAddress(string type)
    {
        type = type[(type.LastIndexOf(' ') + 1)..];
        if (type.Contains('<', StringComparison.Ordinal))
        {
            return false;
        }

        // The name is looked up from the scope of the function outwards.
        for (var scope = Shown; ; scope = scope[..Math.Max(0, scope.LastIndexOf("::", StringComparison.Ordinal))])
        {
            if (!scope.Contains('<', StringComparison.Ordinal)
                && _functions.IsPassedByAddress(Mangled(scope.Length == 0 ? type : $"{scope}::{type}")))
            {
                return true;
            }

            // A constructor's class is its own scope: shop::Cart of shop::Cart::clone.
            if (scope.Length == 0)
            {
                return false;
            }
        }
    }

    /// <summary>True or false when the name alone tells; null when it does not.</summary>
    private static bool? IsForCertain(MemberName member)
    {
        if (member.IsQualified || member.IsThunk)
        {
            return true;
        }

        if (Invokers.Any(invoker => member.Last.StartsWith(invoker, StringComparison.Ordinal))
            || (IsOperator(member) && Static.Contains(member.Last[..2])))
        {
            return false;
        }

        return member.Last switch
        {
            ['C' or 'D', >= '0' and <= '5' or 'I', ..] => true,
            ['a', 'S', ..] or ['c', 'l' or 'v', ..] or ['i', 'x', ..] or ['p', 't', ..] => true,
            _ => null,
        };
    }

    private static bool IsOperator(MemberName member) => member.Last is [>= 'a' and <= 'z', _, ..];

    private static MemberName? OfSource(string scope) =>
        scope.Length == 0 ? null : new MemberName(Mangled(scope), scope, "", IsQualified: false);

    private static string Mangled(string scope) =>
        string.Concat(scope.Split("::", StringSplitOptions.RemoveEmptyEntries).Select(part => $"{Encoding.UTF8.GetByteCount(part)}{part}"));
}
