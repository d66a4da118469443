using System.Text;
using TraceAgent.Capture;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Packets;

/// <summary>Reads <c>interface</c>: the name of a network interface, or a pattern of names.</summary>
internal static class InterfaceValue
{
    /// <summary>The maximum number of bytes: linux/if.h, IFNAMSIZ, without the NUL.</summary>
    private const int MaxNameLength = 15;

    private const int MaxPatternLength = 64;

    public static JsonSchema Schema => JsonSchema.String.Pattern(@"^[^\s/:]+$")
        .MaxLength(64)
        .Not(JsonSchema.Enum(".", ".."))
        .Examples("eth0", "en*");

    public static Located<string>? Read(YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        var name = scalar.Value;
        if (name is "" or "." or ".." || name.AsSpan().ContainsAny('/', ':') || name.Any(char.IsWhiteSpace))
        {
            bag.Error(
                DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(name)}' is not the name of a network interface",
                "write it as 'ip link' shows it, such as eth0, or a pattern such as en*");
            return null;
        }

        var isPattern = Wildcard.IsIn(name);
        if (Encoding.UTF8.GetByteCount(name) > (isPattern ? MaxPatternLength : MaxNameLength))
        {
            bag.Error(
                DiagnosticCode.InvalidValue, scalar.At, $"no network interface can be called '{Quoted.Clip(name)}'",
                $"a name has at most {MaxNameLength} bytes");
            return null;
        }

        return new Located<string>(name, scalar.At);
    }
}
