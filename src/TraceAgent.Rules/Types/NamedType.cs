using TraceAgent.Capture.Values;
using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Types;

/// <summary>A type that was read, also one that no value can have.</summary>
/// <param name="Type">The type; null for a void, a structure, a floating point number, and an unknown name.</param>
/// <param name="Name">The name as it was written.</param>
/// <param name="Start">UTF-16 units from the start of the text.</param>
/// <param name="End">The position after its last character.</param>
internal sealed record NamedType(CaptureType? Type, string Name, int Start, int End)
{
    public bool IsVoid { get; init; }

    public bool IsStructure { get; init; }

    public bool IsFloat { get; init; }

    /// <summary>The floating point number, for a type that can be read in memory only.</summary>
    public CaptureType? Float { get; init; }

    /// <summary>The type it points to, when it is a pointer.</summary>
    public NamedType? Target { get; init; }

    /// <summary>
    /// The name of a type that only the program has, without <c>struct</c> and the like; null for a type that rules know. Of a pointer,
    /// that of what it points to.
    /// </summary>
    public string? ProgramName => this switch
    {
        { Target: { } target } => target.ProgramName,
        { IsStructure: true } or { Type: null, IsVoid: false, IsFloat: false, Float: null } => Bare(Name),
        _ when Name.StartsWith("enum ", StringComparison.Ordinal) => Bare(Name),
        _ => null,
    };

    /// <summary>The type with that of the program in the place of <see cref="ProgramName"/>.</summary>
    public StaticType Of(StaticType known) => Target is null ? known : new StaticType.Pointer(Target.Of(known));

    private static string Bare(string name) => name[(name.LastIndexOf(' ') + 1)..];

    public bool Equals(NamedType? other) => other is not null
        && (Type, Name, Target) == (other.Type, other.Name, other.Target)
        && (IsVoid, IsStructure, IsFloat, Float) == (other.IsVoid, other.IsStructure, other.IsFloat, other.Float);

    public override int GetHashCode() => HashCode.Combine(Type, Name, Target);

    /// <summary>The type of a pointer to it: the address of anything at all, unless its target can be read.</summary>
    public NamedType Pointer() => new(IsTextObject ? Type : StaticPointer.Capture, Name, Start, End) { Target = this };

    /// <summary>The type that a value has; null when it can have none, and the problem says why.</summary>
    public TypeSpec? Specify(out TextProblem problem)
    {
        problem = default;
        if (Type is not null)
        {
            return Target is null && Type is CaptureType.TextObject { Layout: { IsPassedInRegisters: true } layout }
                ? new TypeSpec(Type, Static!)
                {
                    Registers = 2,
                    ValueRegister = layout.AddressRegister,
                    IsFollowedByLength = true,
                    LengthRegister = layout.LengthRegister,
                }
                : new TypeSpec(Type, Static!);
        }

        var (code, message, hint) = this switch
        {
            { IsVoid: true } => (DiagnosticCode.InvalidValue, "'void' is no value", "for a pointer, write 'void *' or 'ptr'"),
            { IsStructure: true } => (DiagnosticCode.NotAvailable,
                $"'{Quoted.Clip(Name)}' by value: where its members are depends on its declaration", "only pointers to it can be read"),
            { IsFloat: true } => (DiagnosticCode.NotAvailable, TypeText.FloatMessage(Name), TypeText.FloatHint),
            _ => (DiagnosticCode.InvalidValue, $"unknown type '{Quoted.Clip(Name)}'", TypeText.Hint(Name)),
        };
        problem = new TextProblem(Start, Math.Max(1, End - Start), code, message, hint);
        return null;
    }

    /// <summary>The type that expressions use; null when <see cref="Type"/> is.</summary>
    public StaticType? Static
    {
        get
        {
            if (Target is null)
            {
                return (Type ?? Float) is { } type ? TypeNames.FindUnit(Name) ?? StaticType.Of(type) : null;
            }

            return Target.StaticPointer;
        }
    }

    /// <summary>True when a value of it is handled by its address, whether or not there is a <c>*</c> or <c>&amp;</c>.</summary>
    private bool IsTextObject => Target is null && Type is CaptureType.TextObject;

    private StaticType StaticPointer => IsTextObject ? Static! : new StaticType.Pointer(Static);
}
