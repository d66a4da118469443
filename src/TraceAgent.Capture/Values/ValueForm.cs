namespace TraceAgent.Capture.Values;

/// <summary>The form in which a value is written, which decides the formats that it takes.</summary>
public enum ValueForm
{
    Integer,

    /// <summary>A number that is shown by its name.</summary>
    NamedNumber,

    /// <summary>A floating point number.</summary>
    Real,
    Pointer,
    Text,
    Duration,
    Time,

    /// <summary>The name of a function.</summary>
    Symbol,

    /// <summary>Several values, each with its name.</summary>
    Structure,
}
