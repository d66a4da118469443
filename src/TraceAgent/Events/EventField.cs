using System.Runtime.CompilerServices;
using TraceAgent.Capture;
using TraceAgent.Rules.Lowering;

namespace TraceAgent.Events;

/// <summary>How a value is decoded and shown.</summary>
internal enum FieldForm
{
    Signed,
    Unsigned,
    Pointer,
    Bool,
    Char,
    ErrorNumber,
    Enumeration,
    Duration,
    IPv4,
    Real,

    /// <summary>From here on the value is characters of its event.</summary>
    Text,
    CountedText,
    Utf16,
    Bytes,
    IPv6,
    SocketAddress,
    Cgroup,

    /// <summary>Several scalars of one form: numbers of its event.</summary>
    List,

    /// <summary>By its name: the value is not even decoded.</summary>
    Redacted,
}

/// <summary>One value that a rule shows, before its place in the record is known.</summary>
/// <param name="Value">Its name, type and place in the plan.</param>
/// <param name="IsRedacted">Never shown.</param>
internal sealed record ShownField(CapturedValue Value, bool IsRedacted)
{
    /// <summary>Keys inside the value that its rule says are no secrets.</summary>
    public EquatableArray<string> NotSecret { get; init; }
}

/// <summary>One value of an event: where it lies, what it is, and its pieces of JSON.</summary>
internal sealed class EventField
{
    private readonly Dictionary<long, string> _names = [];

    /// <param name="shown">The value.</param>
    /// <param name="slot">Where it lies.</param>
    /// <param name="needsResult">It is not there when the call ends at a jump.</param>
    /// <exception cref="ArgumentException">The plan does not store what the type needs.</exception>
    public EventField(ShownField shown, FieldSlot slot, bool needsResult)
        : this(shown.Value.Name, shown.Value.Type, slot)
    {
        NeedsResult = needsResult;
        Form = shown.IsRedacted ? FieldForm.Redacted : Form;
        NotSecret = shown.NotSecret;
        if (shown.Value.Type is CaptureType.Array array)
        {
            Element = new EventField(Name, array.Element, slot);
        }

        if (!Fits(Form, slot.Storage))
        {
            throw new ArgumentException($"{Name} is {shown.Value.Type}, which its plan does not store", nameof(slot));
        }
    }

    private EventField(string name, CaptureType type, FieldSlot slot)
    {
        (Name, Slot) = (name, slot);
        Key = JsonText.Key(Name);
        Form = FormOf(type);
        Size = type.ScalarSize() is > 0 and var size ? size : 8;
        if (type is CaptureType.Enumeration named)
        {
            foreach (var (number, word) in named.Names)
            {
                _names.TryAdd(number, word);
            }
        }
    }

    public string Name { get; }

    /// <summary>The name as a JSON key with its colon.</summary>
    public byte[] Key { get; }

    public FieldForm Form { get; }

    /// <summary>Of scalars, bytes.</summary>
    public int Size { get; }

    /// <summary>Of a list, how each of its values is shown; null for every other form.</summary>
    public EventField? Element { get; }

    public FieldSlot Slot { get; }

    /// <summary>Not there when the call ends at a jump to code that is not followed.</summary>
    public bool NeedsResult { get; }

    public EquatableArray<string> NotSecret { get; }

    public bool IsCharacters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Form is >= FieldForm.Text and < FieldForm.List;
    }

    /// <summary>Whether the value is at most 64 bits, and is shown.</summary>
    public bool IsScalar
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Form < FieldForm.Text;
    }

    /// <summary>Whether the value is shown as a decimal number when nothing else is asked for.</summary>
    public bool IsNumber => Form is FieldForm.Signed or FieldForm.Unsigned;

    /// <summary>Whether a value can have a word in <c>problems</c>.</summary>
    public bool HasProblems => Slot.OutcomeOffset is not null || Form == FieldForm.Redacted || NeedsResult;

    /// <summary>Whether a value that was cut says how long it was.</summary>
    public bool HasLength => Form is FieldForm.Bytes or FieldForm.CountedText or FieldForm.List;

    /// <summary>UTF-16 units that the value needs at most; twice what it can have, because redacting may lengthen a text.</summary>
    public int TextCapacity => Form switch
    {
        FieldForm.Text => 2 * ((Storage.Text)Slot.Storage).Max,
        FieldForm.CountedText or FieldForm.Utf16 => 2 * ((Storage.Bytes)Slot.Storage).Max,
        FieldForm.Bytes => 4 * ((Storage.Bytes)Slot.Storage).Max,
        FieldForm.IPv6 or FieldForm.SocketAddress => 2 * SocketAddressText.MaxLength,
        FieldForm.Cgroup => CgroupNames.LongestName,
        _ => 0,
    };

    /// <summary>Numbers that the value needs at most.</summary>
    public int ListCapacity => Form == FieldForm.List ? ((Storage.Bytes)Slot.Storage).Max : 0;

    /// <summary>The name of a value of an enumeration; null when it has none.</summary>
    public string? NameOf(ulong bits) => _names.GetValueOrDefault((long)bits);

    private static FieldForm FormOf(CaptureType type) => type switch
    {
        CaptureType.Integer { Signed: true } => FieldForm.Signed,
        CaptureType.Integer => FieldForm.Unsigned,
        CaptureType.Pointer => FieldForm.Pointer,
        CaptureType.Bool => FieldForm.Bool,
        CaptureType.Char => FieldForm.Char,
        CaptureType.Errno => FieldForm.ErrorNumber,
        CaptureType.Enumeration => FieldForm.Enumeration,
        CaptureType.Duration => FieldForm.Duration,
        CaptureType.IPv4 => FieldForm.IPv4,
        CaptureType.Float => FieldForm.Real,
        CaptureType.Text => FieldForm.Text,
        CaptureType.CountedText or CaptureType.TextObject => FieldForm.CountedText,
        CaptureType.Utf16 => FieldForm.Utf16,
        CaptureType.Array => FieldForm.List,
        CaptureType.Bytes => FieldForm.Bytes,
        CaptureType.IPv6 => FieldForm.IPv6,
        CaptureType.SocketAddress => FieldForm.SocketAddress,
        CaptureType.Cgroup => FieldForm.Cgroup,
        _ => throw new ArgumentException($"no way to show {type}", nameof(type)),
    };

    private static bool Fits(FieldForm form, Storage storage) => form switch
    {
        FieldForm.Text => storage is Storage.Text,
        FieldForm.Bytes or FieldForm.CountedText or FieldForm.SocketAddress => storage is Storage.Bytes { Unit: 1 },
        FieldForm.Utf16 => storage is Storage.Bytes { Unit: 2 },
        FieldForm.List => storage is Storage.Bytes,
        FieldForm.IPv6 => storage is Storage.Bytes { Max: >= 16 },
        FieldForm.Redacted => true,
        _ => storage is Storage.Scalar,
    };
}
