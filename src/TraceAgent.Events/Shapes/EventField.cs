using System.Runtime.CompilerServices;
using TraceAgent.Capture;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Processes;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Binding.Plans;

namespace TraceAgent.Events.Shapes;

/// <summary>The way in which a value is decoded and shown; everything else its type says.</summary>
public enum FieldForm
{
    /// <summary>A signed integer. Integers, which nearly all values are, need no call of their type.</summary>
    Signed,
    Unsigned,

    /// <summary>Another value of at most 64 bits.</summary>
    Scalar,

    /// <summary>Characters of its event, as all forms from here on are.</summary>
    Characters,

    /// <summary>Bytes as hexadecimal digits.</summary>
    Bytes,
    Cgroup,

    /// <summary>A list of scalars of one form: numbers of its event.</summary>
    List,

    /// <summary>An object of other values, each under its name.</summary>
    Object,

    /// <summary>A value that is redacted by its name: it is not even decoded.</summary>
    Redacted,

    /// <summary>A value that is missing in every event, for one reason.</summary>
    Missing,
}

/// <summary>One value that a rule shows, before its place in the record is known.</summary>
/// <param name="Value">The value's name, type and place in the plan.</param>
/// <param name="IsRedacted">True when the value is never shown.</param>
public sealed record ShownField(CapturedValue Value, bool IsRedacted)
{
    /// <summary>The keys inside the value that its rule exempts from redaction.</summary>
    public EquatableArray<string> NotSecret { get; init; }
}

/// <summary>A value of an event, or an object of several: a tree, whose leaves lie in the record.</summary>
public sealed class EventField
{
    private static readonly FieldSlot NoSlot = new(null, 0, new Storage.Scalar());

    private readonly CaptureType _type = CaptureType.Default;

    // Fields of the exact types, because casting an object per event takes longer than decoding it.
    private readonly CaptureType.Scalar? _scalar;
    private readonly CaptureType.Characters? _characters;

    /// <param name="shown">The value.</param>
    /// <param name="index">The index of the value among those of its event.</param>
    /// <param name="slot">The place in the record; null for a value that is missing in every event.</param>
    /// <param name="needsResult">True when it is missing when the call ends at a jump.</param>
    /// <exception cref="ArgumentException">The plan does not store what the type needs.</exception>
    public EventField(ShownField shown, int index, FieldSlot? slot, bool needsResult)
        : this(shown.Value.Name, shown.Value.Type, slot ?? NoSlot)
    {
        Index = index;
        NeedsResult = needsResult;
        NotSecret = shown.NotSecret;
        WhyMissing = shown.Value.WhyMissing;
        Part = shown.Value.Part;
        Path = shown.Value.Path;
        (Key, DottedKey) = Path is [.., var last] ? (JsonText.Key(last), JsonText.Key(DottedName)) : (Key, Key);
        if (WhyMissing != Outcome.Ok)
        {
            Form = FieldForm.Missing;
            return;
        }

        if (shown.IsRedacted)
        {
            Form = FieldForm.Redacted;
            return;
        }

        if (Part is null && !_type.Fits(Slot.Storage))
        {
            throw new ArgumentException($"{Name} is {_type}, which its plan does not store", nameof(slot));
        }
    }

    /// <summary>Makes an object of several values.</summary>
    /// <param name="name">The name.</param>
    /// <param name="members">The values.</param>
    /// <param name="path">The names from a structure to this one in it; empty for what the program does not have.</param>
    public EventField(string name, EventField[] members, EquatableArray<string> path)
    {
        Path = path;
        (Name, Key, Slot, Members) = (name, JsonText.Key(name), NoSlot, members);
        DottedKey = Key;
        Form = FieldForm.Object;
    }

    private EventField(string name, CaptureType type, FieldSlot slot)
    {
        (Name, Key, Slot, _type) = (name, JsonText.Key(name), slot, type);
        DottedKey = Key;
        (_scalar, _characters) = (type as CaptureType.Scalar, type as CaptureType.Characters);
        Functions = type.Functions;
        (Form, Members) = type switch
        {
            CaptureType.Integer { Signed: true } => (FieldForm.Signed, []),
            CaptureType.Integer => (FieldForm.Unsigned, []),
            CaptureType.Scalar => (FieldForm.Scalar, []),
            CaptureType.Characters => (FieldForm.Characters, []),
            CaptureType.Bytes => (FieldForm.Bytes, []),
            CaptureType.Cgroup => (FieldForm.Cgroup, []),
            CaptureType.Array array => (FieldForm.List, new EventField[] { new(name, array.Element, slot) }),
            _ => throw new ArgumentException($"no way to show {type}", nameof(type)),
        };
    }

    public string Name { get; }

    /// <summary>The name as a JSON key with its colon; of a member, the last one.</summary>
    public byte[] Key { get; }

    /// <summary><see cref="DottedName"/> as a JSON key with its colon, for what is said of values beside them.</summary>
    public byte[] DottedKey { get; }

    public FieldForm Form { get; }

    /// <summary>The index of the value among those of its event, for leaves only.</summary>
    public int Index { get; }

    /// <summary>The values of an object; for a list, the one field that says how each of its values is shown.</summary>
    public EventField[] Members { get; }

    public FieldSlot Slot { get; }

    /// <summary>True when the value is missing when the call ends at a jump to code that is not followed.</summary>
    public bool NeedsResult { get; }

    public EquatableArray<string> NotSecret { get; }

    /// <summary>The names from a structure to this member of it; empty for a value that is no member.</summary>
    public EquatableArray<string> Path { get; }

    /// <summary>The name with dots between the names of a structure and its member.</summary>
    public string DottedName => Path.Count > 0 ? ValuePath.DottedOf(Path) : Name;

    /// <summary>The place of the value in the memory of a structure, which its slot has; null for a slot of its own.</summary>
    public ValuePart? Part { get; }

    /// <summary>True for an object that is an array: its members are elements.</summary>
    public bool IsArray => Form == FieldForm.Object && Members is [{ } first, ..] && ValuePath.IsElement(first.Name);

    /// <summary>Why the value is missing in every event; <see cref="Outcome.Ok"/> when it is not.</summary>
    public Outcome WhyMissing { get; }

    /// <summary>True for a value that is in the record, and decoded.</summary>
    public bool IsDecoded => Form is not (FieldForm.Redacted or FieldForm.Missing);

    /// <summary>The type that decodes and shows a value of at most 64 bits.</summary>
    public CaptureType.Scalar Scalar => _scalar!;

    /// <summary>The names by which pointers to functions are shown, which are marks in the event; null for another value.</summary>
    public FunctionNames? Functions { get; }

    /// <summary>The type that decodes characters.</summary>
    public CaptureType.Characters Characters => _characters!;

    public bool IsCharacters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Form is >= FieldForm.Characters and < FieldForm.List;
    }

    /// <summary>True when the value has at most 64 bits, and is shown.</summary>
    public bool IsScalar
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Form < FieldForm.Characters;
    }

    /// <summary>True when the value is shown as a decimal number by default.</summary>
    public bool IsNumber => Form is FieldForm.Signed or FieldForm.Unsigned;

    /// <summary>True when its text, without a format, never has anything that JSON escapes.</summary>
    public bool IsPlain => IsScalar && Scalar.IsPlain;

    /// <summary>True when JSON has the name of an error beside its number.</summary>
    public bool IsErrorNumber => Form == FieldForm.Scalar && _type is CaptureType.Errno;

    /// <summary>True when a value can have a word in <c>problems</c>.</summary>
    public bool HasProblems => Slot.OutcomeOffset is not null || !IsDecoded || NeedsResult;

    /// <summary>True when a value that was cut says how long it was.</summary>
    public bool HasLength => IsDecoded && _type.HasLength;

    /// <summary>The maximum number of UTF-16 units of the value; twice that of its text, because redacting may lengthen a text.</summary>
    public int TextCapacity => Form switch
    {
        FieldForm.Characters => 2 * Characters.MaxCharacters,
        FieldForm.Bytes => 4 * ((CaptureType.Bytes)_type).Max,
        FieldForm.Cgroup => CgroupNames.MaxNameLength,
        _ => 0,
    };

    /// <summary>The maximum number of numbers of the value.</summary>
    public int ListCapacity => Form == FieldForm.List ? ((CaptureType.Array)_type).Max : 0;

    /// <summary>The bits of a value that count, widened.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Normalise(ulong bits) => Form == FieldForm.Scalar ? Scalar.Normalise(bits) : bits;

    /// <summary>Appends a value of at most 64 bits as messages show it.</summary>
    /// <param name="into">The message.</param>
    /// <param name="bits">The value as decoded.</param>
    /// <param name="format">The format of the hole. A number's format (x, d, n) shows the number of anything that also has a name.</param>
    public void Append(LineBuffer into, ulong bits, string? format)
    {
        if (format is not null || Form == FieldForm.Scalar)
        {
            Scalar.Append(into, bits, format);
        }
        else if (Form == FieldForm.Signed)
        {
            into.Append((long)bits);
        }
        else
        {
            into.Append(bits);
        }
    }

    /// <summary>Appends a value of at most 64 bits as JSON.</summary>
    public void AppendJson(LineBuffer into, ulong bits)
    {
        switch (Form)
        {
            case FieldForm.Signed:
                into.Append((long)bits);
                break;
            case FieldForm.Unsigned:
                into.AppendJson(bits);
                break;
            default:
                Scalar.AppendJson(into, bits);
                break;
        }
    }
}
