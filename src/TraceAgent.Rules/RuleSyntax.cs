using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules;

/// <summary>
/// The values, the condition and the messages of a rule as they were written: the meaning of a name is known only where the rule
/// is bound to places. Two are equal when they ask for the same, however it is spelt and wherever it stands.
/// </summary>
internal sealed record RuleSyntax
{
    public static RuleSyntax Empty { get; } = new();

    /// <summary>The arguments in order.</summary>
    public EquatableArray<WrittenArgument> Arguments { get; init; }

    /// <summary>True when something is wrong with the arguments, which is reported: there may be others.</summary>
    public bool HasWrongArguments { get; init; }

    /// <summary>The names of computed values that were rejected: something else is wrong with them, which is reported.</summary>
    public EquatableArray<string> RejectedCaptures { get; init; }

    /// <summary>The number of items in the list of <c>args</c>; null when there is no list.</summary>
    public int? ListedArguments { get; init; }

    /// <summary>True when <c>args</c> or a signature says what the arguments are.</summary>
    public bool DeclaresArguments { get; init; }

    /// <summary>True when debug information says which variables there are: with <c>args: auto</c>, and at lines.</summary>
    public bool NamesVariables { get; init; }

    /// <summary>True when the rule names a line of source.</summary>
    public bool IsAtLine { get; init; }

    /// <summary>The variables that are captured although the rule does not name them.</summary>
    public VariableGroups Captured { get; init; }

    /// <summary>The handling of places where a value that the rule captures cannot be had.</summary>
    public MissingRule Missing { get; init; }

    /// <summary>The limits of what is shown of structures that are captured as a whole.</summary>
    public StructureLimits Limits { get; init; } = StructureLimits.Default;

    /// <summary>True when the arguments come from a signature.</summary>
    public bool HasSignature { get; init; }

    /// <summary>True when the rule gives its results names, or says that it wants none of them.</summary>
    public bool NamesResults { get; init; }

    /// <summary>The results that have names.</summary>
    public EquatableArray<WrittenArgument> Results { get; init; }

    public TypeSpec Return { get; init; } = TypeSpec.Default;

    /// <summary>The text that the positions in <see cref="Return"/> count in; null when it was not written by itself.</summary>
    public YamlScalar? ReturnSource { get; init; }

    /// <summary>True when the rule says <c>void</c>, or the results have names of their own.</summary>
    public bool ReturnsNothing { get; init; }

    /// <summary>The computed values in order: each may name those before it.</summary>
    public EquatableArray<WrittenCapture> Captures { get; init; }

    public WrittenExpression? When { get; init; }

    /// <summary>The messages, one for each kind of event that the rule makes.</summary>
    public EquatableArray<WrittenMessage> Messages { get; init; }

    /// <summary>The expressions that the rule computes, in the order of the file; a message's paths are among them.</summary>
    public IEnumerable<WrittenExpression?> Expressions => Captures.Select(capture => capture.Expression).Append(When);

    /// <summary>
    /// The names in expressions and messages that may be those of variables of the program: all but those that every rule has, and
    /// <c>errno</c>, which debug information of a C library knows as a variable, and which is the one of the return.
    /// </summary>
    public IEnumerable<string> VariableNames => Expressions.Select(expression => expression?.Tree).OfType<Syntax>()
        .SelectMany(tree => tree.Names.Select(name => name.Value).Concat(tree.DottedNames))
        .Concat(Messages.SelectMany(message => message.Names).Except(Captures.Select(capture => capture.Name)))
        .Concat(Captures.Select(capture => capture.Spec?.Length?.Name).OfType<string>())
        .Where(name => ValueName.IsQualified(name)
            || (ValueName.Allows(name) && name != ValueName.Errno && ValueName.ArgumentNumber(name) is null))
        .Distinct();

    /// <summary>The first place that names the thread's <c>errno</c>; null for none.</summary>
    public SourceSpan? ErrnoPlace
    {
        get
        {
            foreach (var (text, tree) in Expressions.OfType<WrittenExpression>())
            {
                if (tree?.Names.FirstOrDefault(name => name.Value == ValueName.Errno) is { } errno)
                {
                    return text.SpanOf(errno.Start, errno.Length);
                }
            }

            return null;
        }
    }

    /// <summary>Steps from the type of a variable to types that it leads to, which the longest expression takes.</summary>
    public int TypeHops
    {
        get
        {
            // Each sign leads through a pointer to a member; what is shown of the last one takes some more.
            const int perSign = 2;
            var shown = 1 + Limits.Depth;
            return shown + (perSign * Expressions.Max(expression => expression?.Tree?.PathLength ?? 0));
        }
    }

    /// <summary>The types of the program to which expressions cast, with their namespaces.</summary>
    public EquatableArray<string> TypeNames =>
    [
        .. Expressions.SelectMany(expression => expression?.Tree?.Casts ?? []).Select(cast => cast.To.ProgramName).OfType<string>()
            .Distinct(),
    ];

    /// <summary>True when the rule says by itself what comes back, whatever debug information knows.</summary>
    public bool SaysResult => ReturnSource is not null || ReturnsNothing;

    public string WhyNoReturn => NamesResults
        ? $"the rule names its results: {Quoted.List(Results.Select(result => result.Name))}"
        : "the function returns nothing (void)";

    public bool Equals(RuleSyntax? other) => other is not null
        && (Arguments, Results, NamesResults) == (other.Arguments, other.Results, other.NamesResults)
        && (NamesVariables, IsAtLine, Captured, Missing) == (other.NamesVariables, other.IsAtLine, other.Captured, other.Missing)
        && (Return, ReturnsNothing) == (other.Return, other.ReturnsNothing)
        && (Captures, When, Messages, Limits) == (other.Captures, other.When, other.Messages, other.Limits);

    public override int GetHashCode() => HashCode.Combine(Arguments, Return, Captures, When, Messages);
}

/// <summary>An argument as it was written, or a result.</summary>
/// <param name="Index">The place in the list, from 0.</param>
/// <param name="Register">The first of the registers that it is passed in, or of the places on the stack after them, from 0.</param>
/// <param name="Written">The name, which is a valid one.</param>
/// <param name="Spec">The type; the default where the written one was wrong, which is reported.</param>
/// <param name="Source">The text that the positions in <paramref name="Spec"/> count in; null when it has none.</param>
internal sealed record WrittenArgument(int Index, int Register, Located<string> Written, TypeSpec Spec, YamlScalar? Source)
{
    /// <summary>The word in place of a name that says that the argument is not captured.</summary>
    public const string Skip = "_";

    public string Name => Written.Value;

    /// <summary>True when no type was written.</summary>
    public bool IsUntyped => Source is null && Spec == TypeSpec.Default;

    /// <summary>True when it is one of the results.</summary>
    public bool IsResult { get; init; }

    /// <summary>The place that says that it is read when the function returns; null when none does.</summary>
    public SourceSpan? AtReturn { get; init; }

    /// <summary>The value in expressions.</summary>
    public Term Value => AtReturn is null ? In(Spec.ValueRegister) : new Term.OnReturn(In(Spec.ValueRegister));

    /// <summary>The other name, which applies unless another argument has it as its own.</summary>
    public string Alias => $"arg{Index + 1}";

    /// <summary>The arguments <c>arg1</c> to <c>argN</c>.</summary>
    /// <param name="count">The number of arguments.</param>
    /// <param name="at">The place of the number in the file.</param>
    public static IEnumerable<WrittenArgument> Numbered(int count, SourceSpan at) => Enumerable.Range(0, count)
        .Select(i => new WrittenArgument(i, i, new Located<string>($"arg{i + 1}", at), TypeSpec.Default, null));

    /// <summary>The content of one of its registers, from 0.</summary>
    public Term In(int register) => IsResult ? new Term.Result(Register + register) : new Term.Argument(Register + register);

    public bool Equals(WrittenArgument? other) => other is not null
        && (Name, Index, Register, Spec) == (other.Name, other.Index, other.Register, other.Spec)
        && (IsUntyped, IsResult, AtReturn is null) == (other.IsUntyped, other.IsResult, other.AtReturn is null);

    public override int GetHashCode() => HashCode.Combine(Name, Register, Spec);
}

/// <summary>An expression as it was written.</summary>
/// <param name="Text">The text with its place.</param>
/// <param name="Tree">
/// The tree, with the positions of its parts in the text; null when the text is no expression, which is reported.
/// </param>
internal sealed record WrittenExpression(YamlScalar Text, Syntax? Tree)
{
    public bool Equals(WrittenExpression? other) => other is not null && Tree == other.Tree;

    public override int GetHashCode() => Tree?.GetHashCode() ?? 0;
}

/// <summary>A computed value as it was written.</summary>
/// <param name="Name">The name, which is a valid one, and the rule's only one.</param>
/// <param name="Expression">The expression to compute.</param>
/// <param name="Spec">The type that decides how it is read and shown; null when the expression decides.</param>
/// <param name="TypeSource">The text that the positions in <paramref name="Spec"/> count in.</param>
internal sealed record WrittenCapture(string Name, WrittenExpression Expression, TypeSpec? Spec, YamlScalar? TypeSource)
{
    /// <summary>True when it is computed when the function returns, whatever it names.</summary>
    public bool IsAtReturn { get; init; }

    public bool Equals(WrittenCapture? other) => other is not null
        && (Name, Expression, Spec, IsAtReturn) == (other.Name, other.Expression, other.Spec, other.IsAtReturn);

    public override int GetHashCode() => HashCode.Combine(Name, Expression, Spec);
}

/// <summary>A message as it was written.</summary>
/// <param name="Kind">The kind of event that it belongs to.</param>
/// <param name="Text">The text; null for a message that says what was captured.</param>
internal sealed record WrittenMessage(EventKind Kind, YamlScalar? Text)
{
    /// <summary>The plain names in its holes.</summary>
    public EquatableArray<string> Names { get; init; }

    public bool Equals(WrittenMessage? other) => other is not null && (Kind, Text?.Value) == (other.Kind, other.Text?.Value);

    public override int GetHashCode() => HashCode.Combine(Kind, Text?.Value);
}
