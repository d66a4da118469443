using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys;

/// <summary>Two rules with one name, in one file or in two.</summary>
internal static class DuplicateName
{
    public static Diagnostic Of(Located<string> name, SourceSpan first) => Diagnostic.Error(
        DiagnosticCode.DuplicateRule,
        name.At,
        $"the name '{Quoted.Clip(name.Value)}' is already used at {first.File}:{first.Line}:{first.Column}",
        "a name is unique over all files");
}
