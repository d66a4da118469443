using TraceAgent.Capture;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Packets;

/// <summary>Reads <c>deny</c> and <c>allow</c>, and the paths of their files.</summary>
internal static class PrefixList
{
    /// <summary>The JSON Schema of a list. What fits it may still be no address: that takes more than a pattern.</summary>
    public static JsonSchema Schema => JsonSchema.Array
        .Items(JsonSchema.String.Pattern("^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"))
        .ExampleOfList("203.0.113.7", "198.51.100.0/24", "2001:db8::/32");

    public static JsonSchema FileSchema => JsonSchema.String.MinLength(1)
        .Pattern("^(?!~(/|$))")
        .Examples("/etc/traceagent/deny.txt");

    public static void Read(List<Located<IpPrefix>> prefixes, YamlEntry entry, DiagnosticBag bag)
    {
        var key = entry.Key.Value;
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(
                DiagnosticCode.WrongType, entry.Value.At, $"'{key}' must be a list of addresses, not {entry.Value.Kind}",
                entry.Value is YamlScalar { Value: var one } ? $"write [{Quoted.Clip(one)}]" : null);
            return;
        }

        var lines = new Dictionary<IpPrefix, SourceSpan>();
        foreach (var item in list.Items.TakeWhile(_ => !bag.IsFull))
        {
            if (item is not YamlScalar scalar)
            {
                bag.Error(DiagnosticCode.WrongType,
                    item.At, $"an address must be text, not {item.Kind}", "an IPv6 address needs quotes: \"2001:db8::1\"");
            }
            else if (IpPrefix.TryParse(scalar.Value, out var prefix) is not PrefixError.None and var fault)
            {
                var (code, message, hint) = PrefixProblem.Of(scalar.Value, fault, prefix);
                bag.Error(code, scalar.At, message, hint);
            }
            else if (!lines.TryAdd(prefix, scalar.At))
            {
                bag.Add(Diagnostic.Warning(DiagnosticCode.DuplicatePrefix,
                    scalar.At, $"'{Quoted.Clip(scalar.Value)}' is in the list already, in line {lines[prefix].Line}"));
            }
            else
            {
                prefixes.Add(new Located<IpPrefix>(prefix, scalar.At));
            }
        }
    }

    public static Located<string>? ReadPath(YamlEntry entry, string baseDirectory, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        if (scalar.Value is "")
        {
            bag.Error(
                DiagnosticCode.InvalidValue, scalar.At, $"'{entry.Key.Value}' is empty", "write the path of a file with an address a line");
            return null;
        }

        if (scalar.Value is "~" || scalar.Value.StartsWith("~/", StringComparison.Ordinal))
        {
            bag.Error(
                DiagnosticCode.InvalidValue, scalar.At, "'~' is not expanded: the agent has another home than you", "write the whole path");
            return null;
        }

        return new Located<string>(Path.GetFullPath(Path.Combine(baseDirectory, scalar.Value)), scalar.At);
    }
}
