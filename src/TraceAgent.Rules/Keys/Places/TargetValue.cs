using TraceAgent.Capture;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Places;

/// <summary>
/// Reads <c>binary</c>: a path, a pattern of paths, the name of a program or library, or <c>{process: name, library: name}</c>.
/// </summary>
internal static class TargetValue
{
    private const string ProcessKey = "process";

    private const string LibraryKey = "library";

    private static readonly KeyTable<RuleDraft> Keys = new(
        new Key<RuleDraft>(
            ProcessKey,
            "The executable of every process of this name, those in containers and those that start later included.",
            JsonSchema.String.Pattern("^[^/*?]+$").Examples("nginx"),
            ReadProcess)
        {
            Required = true,
        },
        new Key<RuleDraft>(
            LibraryKey,
            "Instead of the executables, the library of this name that those processes have mapped.",
            JsonSchema.String.Pattern("^[^/*?]+$").Examples("libssl.so.3"),
            ReadLibrary));

    public static JsonSchema Schema => JsonSchema.AnyOf(JsonSchema.String.MinLength(1), Keys.Schema()).With(
        "examples",
        """
        ["/usr/sbin/nginx","/opt/app-*/bin/server","redis-server","libssl.so.3",
        {"process":"nginx"},{"process":"nginx","library":"libssl.so.3"}]
        """);

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is YamlMapping)
        {
            (rule.Process, rule.Library) = (null, null);
            Keys.Read("a binary", entry.Value, rule, bag);
            if (rule.Process is { } process)
            {
                Target target = rule.Library is { } library
                    ? new Target.ProcessLibrary(process.Value, library.Value)
                    : new Target.Process(process.Value);
                rule.Binary = new Located<Target>(target, process.At);
            }

            return;
        }

        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return;
        }

        var text = scalar.Value;
        if (text is "")
        {
            bag.Error(DiagnosticCode.InvalidValue, scalar.At, "'binary' is empty", "write the path of a program or library");
        }
        else if (text is "~" || text.StartsWith("~/", StringComparison.Ordinal))
        {
            bag.Error(
                DiagnosticCode.InvalidValue, scalar.At, "'~' is not expanded: the agent has another home than you", "write the whole path");
        }
        else if (text.StartsWith("process:", StringComparison.Ordinal))
        {
            bag.Error(
                DiagnosticCode.InvalidValue, scalar.At, "this is the path of a file that is called so",
                $"for processes by name, without the quotes: binary: {{process: {Quoted.Clip(text["process:".Length..].Trim())}}}");
        }
        else if (IsLibraryName(text))
        {
            rule.Binary = new Located<Target>(new Target.Library(text), scalar.At);
        }
        else if (!text.AsSpan().ContainsAny('/', '*', '?') && text is not ("." or ".."))
        {
            rule.Binary = new Located<Target>(new Target.Program(text), scalar.At);
        }
        else if (text.Contains("**", StringComparison.Ordinal))
        {
            bag.Error(
                DiagnosticCode.InvalidValue,
                scalar.SpanOf(text.IndexOf("**", StringComparison.Ordinal), 2), "'**' does not stand for several folders",
                "write one * for each folder, such as /opt/*/bin/*");
        }
        else
        {
            var path = Path.GetFullPath(Path.Combine(rule.BaseDirectory, text));
            rule.Binary = new Located<Target>(
                Wildcard.IsIn(path) ? new Target.Paths(path) : new Target.Path(path), scalar.At);
        }
    }

    /// <summary>True for a name such as <c>libssl.so.3</c>; a file of that name beside the rules is written <c>./libssl.so.3</c>.</summary>
    private static bool IsLibraryName(string text) =>
        !text.AsSpan().ContainsAny('/', '*', '?')
        && (text.EndsWith(".so", StringComparison.Ordinal) || text.Contains(".so.", StringComparison.Ordinal));

    private static void ReadProcess(RuleDraft rule, YamlEntry entry, DiagnosticBag bag) => rule.Process =
        ReadName(entry, "process", "as ps -C takes it; a path is written 'binary: /usr/sbin/nginx'", bag);

    private static void ReadLibrary(RuleDraft rule, YamlEntry entry, DiagnosticBag bag) => rule.Library =
        ReadName(entry, "library", "as ldd lists it, such as libssl.so.3", bag);

    /// <summary>Reads a name that is no path; null when it is one, which is reported.</summary>
    private static Located<string>? ReadName(YamlEntry entry, string noun, string hint, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        if (scalar.Value is not "" && !scalar.Value.AsSpan().ContainsAny('/', '*', '?'))
        {
            return new Located<string>(scalar.Value, scalar.At);
        }

        bag.Error(
            DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(scalar.Value)}' is not the name of a {noun}",
            $"write the name alone, {hint}");
        return null;
    }
}
