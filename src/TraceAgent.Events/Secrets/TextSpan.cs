namespace TraceAgent.Events.Secrets;

/// <summary>A part of a text, in UTF-16 units.</summary>
internal readonly record struct TextSpan(int Start, int Length);
