using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules;

/// <summary>What one entry of <c>rules:</c> asks for, before anything is known of the binary.</summary>
/// <param name="Name">Unique over all files.</param>
/// <param name="Binary">The files to probe.</param>
/// <param name="Where">Where in the binary.</param>
/// <param name="On">When an event happens.</param>
/// <param name="Arguments">The captured arguments, in order.</param>
/// <param name="Return">The type of the return value.</param>
/// <param name="Messages">The message of each kind of event that <paramref name="On"/> makes.</param>
/// <param name="Level">Severity of the lines.</param>
/// <param name="Labels">Constant properties, in the order of the file.</param>
public sealed record Rule(
    Located<string> Name,
    Located<Target> Binary,
    Located<Location> Where,
    ProbeTrigger On,
    EquatableArray<Parameter> Arguments,
    CaptureType Return,
    EquatableArray<EventMessage> Messages,
    EventLevel Level,
    EquatableArray<KeyValuePair<string, string>> Labels)
{
    /// <summary>The least budget that is never exceeded: <c>budget: none</c>.</summary>
    public const double NoBudget = double.PositiveInfinity;

    /// <summary><c>limit: none</c>.</summary>
    public const int NoLimit = 0;

    /// <summary>The least time that never passes: <c>ttl: none</c>.</summary>
    public static readonly TimeSpan NoTtl = TimeSpan.MaxValue;

    /// <summary>The most places that one rule may have without saying so.</summary>
    public const int DefaultMaxSites = 512;

    /// <summary>More places than this in a binary are an error; 1 to 10,000.</summary>
    public int MaxSites { get; init; } = DefaultMaxSites;

    /// <summary>The return value's length when it is bytes and another value says how many.</summary>
    public Term? ReturnLength { get; init; }

    /// <summary>The first register of the return value that its type reads: 0, and 1 for an error of Go.</summary>
    public int ReturnRegister { get; init; }

    /// <summary>
    /// The signature says <c>void</c>, or the results are among <see cref="Captures"/>: there is no return value to show.
    /// </summary>
    public bool ReturnsNothing { get; init; }

    /// <summary>What the signature says of the call as a whole; null without one.</summary>
    public CallForm? Form { get; init; }

    /// <summary>The results that have names, then the computed values, each in the order of the file.</summary>
    public EquatableArray<ComputedValue> Captures { get; init; }

    /// <summary>Which of the processes are logged, as the file says it; null for all.</summary>
    public ProcessFilter? Filter { get; init; }

    /// <summary>The same as the kernel decides it; null until the users and cgroups were looked up on this machine.</summary>
    public Term? Who { get; init; }

    /// <summary>An event happens only when this is not 0. Null: always.</summary>
    public Term? When { get; init; }

    /// <summary>Of the hits that pass the condition, on average one in this many is logged; 1 to 1,000,000.</summary>
    public int SampleEvery { get; init; } = 1;

    /// <summary>Events a second, at most 1,000,000; null for the agent's default, <see cref="NoLimit"/> for none.</summary>
    public int? LimitPerSecond { get; init; }

    /// <summary>How long the rule lives; null for the agent's default, <see cref="NoTtl"/> for ever.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Percent of one CPU, above 0; null for the agent's default, <see cref="NoBudget"/> for none.</summary>
    public double? BudgetPercent { get; init; }

    /// <summary>What must reach no output, besides what <see cref="Rules.Redaction"/> always hides.</summary>
    public EquatableArray<string> Redact { get; init; }

    /// <summary>Names that are no secrets although they look like it, of values and of keys inside texts.</summary>
    public EquatableArray<string> NotSecret { get; init; }

    /// <summary>Returns are seen at the RET instructions of the function, and its return address stays as it is.</summary>
    public bool ReturnsAtInstructions { get; init; } = true;

    /// <summary>Memory that is not there yet is a fault, and never waited for.</summary>
    public bool ReadsPlainly { get; init; }

    /// <summary>The name of the one output that takes the events; null for all outputs.</summary>
    public Located<string>? Output { get; init; }

    /// <summary>Places that mislead but harm no program are probed, with a warning.</summary>
    public bool AllowsUnsafe { get; init; }
}

/// <summary>One captured argument: the first register or place on the stack that it is passed in (from 0), name and type.</summary>
public sealed record Parameter(int Index, string Name, CaptureType Type)
{
    /// <summary>The rule does not say its type: the place may know better than <see cref="Type"/>.</summary>
    public bool IsUntyped { get; init; }

    /// <summary>How many bytes or elements there are when another value says so; stands for the length in <see cref="Type"/>.</summary>
    public Term? Length { get; init; }
}

/// <summary>A value of <c>capture:</c>.</summary>
public sealed record ComputedValue(string Name, CaptureType Type, Term Value)
{
    internal bool NeedsReturn => Value.NeedsReturn || Length is { NeedsReturn: true };

    internal bool NeedsEntry => Value.NeedsEntry || Length is { NeedsEntry: true };

    /// <summary>How many bytes or elements there are when another value says so; stands for the length in <see cref="Type"/>.</summary>
    public Term? Length { get; init; }
}

public sealed record EventMessage(EventKind Kind, MessageTemplate Template);

/// <summary>Serilog's level names; the numbers are Serilog's too.</summary>
public enum EventLevel
{
    Verbose,
    Debug,
    Information,
    Warning,
    Error,
    Fatal,
}
