namespace TraceAgent.Capture.Variables;

/// <summary>The types of a program that are wanted beside those of variables.</summary>
/// <param name="Hops">Steps from the type of a variable to types that it leads to: one for each pointer and member on the way.</param>
/// <param name="Names">Names of types as the source has them, with their namespaces, without <c>struct</c> and the like.</param>
public sealed record AskedTypes(int Hops, EquatableArray<string> Names);
