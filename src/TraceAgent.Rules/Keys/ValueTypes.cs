using System.Globalization;
using TraceAgent.Capture;

namespace TraceAgent.Rules.Keys;

/// <summary>The names of the types of values.</summary>
internal static class ValueTypes
{
    private static readonly CaptureType.Text DefaultText = new(CaptureType.Text.DefaultMax);

    /// <summary>C names are those of the LP64 data model, which x86-64 and arm64 Linux share.</summary>
    private static readonly Dictionary<string, CaptureType> Known = new()
    {
        ["int8"] = Signed(1),
        ["int16"] = Signed(2),
        ["int32"] = Signed(4),
        ["int64"] = Signed(8),
        ["uint8"] = Unsigned(1),
        ["uint16"] = Unsigned(2),
        ["uint32"] = Unsigned(4),
        ["uint64"] = Unsigned(8),
        ["ptr"] = new CaptureType.Pointer(),
        ["hex"] = new CaptureType.Pointer(),
        ["string"] = DefaultText,
        ["char"] = Signed(1),
        ["signed char"] = Signed(1),
        ["unsigned char"] = Unsigned(1),
        ["short"] = Signed(2),
        ["unsigned short"] = Unsigned(2),
        ["int"] = Signed(4),
        ["unsigned int"] = Unsigned(4),
        ["unsigned"] = Unsigned(4),
        ["long"] = Signed(8),
        ["unsigned long"] = Unsigned(8),
        ["long long"] = Signed(8),
        ["unsigned long long"] = Unsigned(8),
        ["size_t"] = Unsigned(8),
        ["ssize_t"] = Signed(8),
        ["int8_t"] = Signed(1),
        ["int16_t"] = Signed(2),
        ["int32_t"] = Signed(4),
        ["int64_t"] = Signed(8),
        ["uint8_t"] = Unsigned(1),
        ["uint16_t"] = Unsigned(2),
        ["uint32_t"] = Unsigned(4),
        ["uint64_t"] = Unsigned(8),
        ["intptr_t"] = Signed(8),
        ["uintptr_t"] = Unsigned(8),
    };

    /// <summary>JSON Schema of a type's name.</summary>
    public static string Schema { get; } =
        $$"""{"anyOf":[{"enum":[{{string.Join(",", Known.Keys.Select(n => $"\"{n}\""))}}]},{"type":"string","pattern":"^string\\([0-9]{1,4}\\)$"}]}""";

    /// <summary>The type of this name; null when there is none.</summary>
    public static CaptureType? Find(string name)
    {
        if (Known.TryGetValue(name, out var type))
        {
            return type;
        }

        return name.StartsWith("string(", StringComparison.Ordinal) && name.EndsWith(')')
            && int.TryParse(name.AsSpan("string(".Length..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var max)
            && max is >= 1 and <= CaptureType.Text.Limit
                ? new CaptureType.Text(max)
                : null;
    }

    /// <summary>What to write instead of a name that is no type.</summary>
    public static string Hint(string name) => name switch
    {
        _ when name.Contains('*', StringComparison.Ordinal) => "use 'string' for text, 'ptr' for any other pointer",
        _ when name.StartsWith("string", StringComparison.Ordinal) => $"string(max) keeps at most max bytes, from 1 to {CaptureType.Text.Limit}",
        "float" or "double" => "floating point values in registers cannot be read",
        _ => Suggestion.DidYouMean(name, Known.Keys) ?? $"such as {Quoted.List(["int", "unsigned long", "int64", "uint8", "ptr", "string", "string(64)"])}",
    };

    private static CaptureType.Integer Signed(int size) => new(size, Signed: true);

    private static CaptureType.Integer Unsigned(int size) => new(size, Signed: false);
}
