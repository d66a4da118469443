using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Terms;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules;

/// <summary>One entry of <c>rules:</c> as it was read, before anything is known of the binary.</summary>
public sealed record Rule
{
    /// <summary>The budget of <c>budget: none</c>, which is never exceeded.</summary>
    public const double NoBudget = double.PositiveInfinity;

    /// <summary>The limit of <c>limit: none</c>.</summary>
    public const int NoLimit = 0;

    /// <summary>The time of <c>ttl: none</c>, which never passes.</summary>
    public static readonly TimeSpan NoTtl = TimeSpan.MaxValue;

    /// <summary>The maximum number of places of a rule that does not say so.</summary>
    public const int DefaultMaxSites = 512;

    /// <summary>The name, unique over all files.</summary>
    public required Located<string> Name { get; init; }

    /// <summary>The files to probe.</summary>
    public required Located<Target> Binary { get; init; }

    /// <summary>The place in the binary.</summary>
    public required Located<Location> Where { get; init; }

    /// <summary>The moment at which an event happens.</summary>
    public ProbeTrigger On { get; init; } = ProbeTrigger.Entry;

    /// <summary>Severity of the lines.</summary>
    public EventLevel Level { get; init; } = EventLevel.Information;

    /// <summary>Constant properties, in the order of the file.</summary>
    public EquatableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>Values, condition and messages, as they were written.</summary>
    internal RuleSyntax Syntax { get; init; } = RuleSyntax.Empty;

    /// <summary>The maximum number of places in a binary, 1 to 10,000; more are an error.</summary>
    public int MaxSites { get; init; } = DefaultMaxSites;

    /// <summary>The form of the call according to the signature; null without one.</summary>
    public CallForm? Form { get; init; }

    /// <summary>The processes that are logged, as the file says it; null for all.</summary>
    public ProcessFilter? Filter { get; init; }

    /// <summary>
    /// The condition by which the kernel decides about <see cref="Filter"/>; null until the users and cgroups were looked up on
    /// this machine.
    /// </summary>
    public Term? Who { get; init; }

    /// <summary>The sampling rate: of the hits that pass the condition, on average one in this many is logged; 1 to 1,000,000.</summary>
    public int SampleEvery { get; init; } = 1;

    /// <summary>The limit in events per second, at most 1,000,000; null for the agent's default, <see cref="NoLimit"/> for none.</summary>
    public int? LimitPerSecond { get; init; }

    /// <summary>The time for which the rule is active; null for the agent's default, <see cref="NoTtl"/> for ever.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The budget in percent of one CPU, above 0; null for the agent's default, <see cref="NoBudget"/> for none.</summary>
    public double? BudgetPercent { get; init; }

    /// <summary>The values that must reach no output, besides what <see cref="Rules.Redaction"/> always hides.</summary>
    public EquatableArray<string> Redact { get; init; }

    /// <summary>The names that are no secrets although they look like it, of values and of keys inside texts.</summary>
    public EquatableArray<string> NotSecret { get; init; }

    /// <summary>True when returns are seen at the RET instructions of the function, and its return address stays as it is.</summary>
    public bool ReturnsAtInstructions { get; init; } = true;

    /// <summary>True when memory that is not present is a fault, and never waited for.</summary>
    public bool ReadsPlainly { get; init; }

    /// <summary>The name of the one output that takes the events; null for all outputs.</summary>
    public Located<string>? Output { get; init; }

    /// <summary>True when returns of the function are followed.</summary>
    public bool NeedsReturn => On is not ProbeTrigger.Entry;

    /// <summary>True when what the function returns is read.</summary>
    public bool ReadsResult => NeedsReturn && !Syntax.ReturnsNothing;

    /// <summary>True when the thread's <c>errno</c> is read, unless a value of the rule has that name.</summary>
    public bool ReadsErrno => NeedsReturn && Syntax.ErrnoPlace is not null;

    /// <summary>True when the rule is bound to what debug information says of its places.</summary>
    public bool NeedsDebugInfo => Syntax.NamesVariables;

    /// <summary>The handling of places where a value that the rule captures cannot be had.</summary>
    public MissingRule Missing => Syntax.Missing;

    /// <summary>The variables that are captured although no expression names them.</summary>
    public VariableGroups Captured => Syntax.Captured;

    /// <summary>The names of parameters, or of other variables of the program, that the rule asks debug information for.</summary>
    public IEnumerable<string> VariableNames => NeedsDebugInfo ? Syntax.VariableNames : [];

    /// <summary>The types of the program to which the rule's expressions cast, with their namespaces.</summary>
    public IEnumerable<string> TypeNames => NeedsDebugInfo ? Syntax.TypeNames : [];

    /// <summary>
    /// Steps from the type of a variable to types that it leads to, which the longest of the rule's expressions takes.
    /// </summary>
    public int TypeHops => Syntax.TypeHops;

    /// <summary>The argument words of 8 bytes that are read, from 0, each with the name of its argument.</summary>
    public IEnumerable<(string Name, int Word)> ArgumentWords => On is ProbeTrigger.Return
        ? []
        : Syntax.Arguments.SelectMany(argument => argument.Spec.Words, (argument, word) => (argument.Name, argument.Register + word));

    /// <summary>True when places that mislead but harm no program are probed, with a warning.</summary>
    public bool AllowsUnsafe { get; init; }
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
