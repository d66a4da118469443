namespace TraceAgent.Rules.Templates;

/// <summary>How a value is written, which decides the formats that it takes.</summary>
internal enum ValueForm
{
    Integer,
    Pointer,
    Text,
    Duration,
    Time,
}
