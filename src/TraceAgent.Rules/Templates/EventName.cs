using TraceAgent.Capture;

namespace TraceAgent.Rules.Templates;

/// <summary>A value that a message can name, and how it can be written.</summary>
internal sealed record EventName(string Name, ValueForm Form);

/// <summary>A value that a rule captures.</summary>
internal sealed record NamedValue(string Name, CaptureType Type);
