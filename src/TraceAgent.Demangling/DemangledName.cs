namespace TraceAgent.Demangling;

/// <summary>A function's name in its source language.</summary>
/// <param name="Full">
/// The full name for people: <c>shop::Cart::add(int) const</c>, <c>shop::max&lt;int&gt;(int, int)</c>, <c>shop::cart::add</c>.
/// </param>
/// <param name="Name">The name without parameters: <c>shop::max&lt;int&gt;</c>.</param>
/// <param name="Bare">
/// The name without the last list of template or generic arguments either, nor an ABI tag: <c>shop::max</c>.
/// </param>
public sealed record DemangledName(string Full, string Name, string Bare)
{
    /// <summary>The scope that a name of C++ stands in; null for one that stands in none.</summary>
    public MemberName? Member { get; init; }

    /// <summary>The function of which the compiler made this copy; null when it is none.</summary>
    public DemangledName? Original { get; init; }
}

/// <summary>A name of C++ within a namespace or a class (Itanium ABI, <c>nested-name</c>).</summary>
/// <param name="Scope">The mangled text of what it stands in: <c>4shop4Cart</c>. Every name in the same scope begins with it.</param>
/// <param name="ShownScope"><c>shop::Cart</c>.</param>
/// <param name="Last">The mangled text of its last part: <c>3add</c>.</param>
/// <param name="IsQualified">
/// True when it has <c>const</c>, <c>volatile</c> or <c>&amp;</c> after its parameters, which only functions have that are
/// called on an object.
/// </param>
public sealed record MemberName(string Scope, string ShownScope, string Last, bool IsQualified)
{
    /// <summary>True when the scope is within a function, where there are no namespaces.</summary>
    public bool IsLocal { get; init; }

    /// <summary>True for a thunk: it corrects the address of an object and goes on to a virtual function.</summary>
    public bool IsThunk { get; init; }
}
