namespace TraceAgent.Symbols.Demangling;

/// <summary>A function's name in its source language.</summary>
/// <param name="Full">What people read: <c>shop::Cart::add(int) const</c>, <c>shop::max&lt;int&gt;(int, int)</c>, <c>shop::cart::add</c>.</param>
/// <param name="Name">Without parameters: <c>shop::max&lt;int&gt;</c>.</param>
/// <param name="Bare">Without the last list of template or generic arguments either: <c>shop::max</c>.</param>
internal sealed record DemangledName(string Full, string Name, string Bare);
