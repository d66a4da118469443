using System.Text.RegularExpressions;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules;

/// <summary>The names that rules may give to values.</summary>
internal static partial class ValueName
{
    /// <summary>The regular expression for names in the JSON Schema (draft-07).</summary>
    public const string Pattern = "^[A-Za-z_][A-Za-z0-9_]{0,62}$";

    /// <summary>The name of the thread's error number, which a rule may give to another value.</summary>
    public const string Errno = "errno";

    public static IReadOnlyList<string> Taken { get; } =
    [
        "pid",
        "tid", "ppid", "comm", "exe", "cmdline", "uid", "gid", "cgroup", "time", "duration", "ret", "symbol", "binary", "rule", "stack",
    ];

    /// <summary>The names that events at lines have besides.</summary>
    public static IReadOnlyList<string> OfLine { get; } = ["source", "function", "inlined"];

    /// <summary>True when some rule may give this name to a value.</summary>
    public static bool Allows(string name) => Form().IsMatch(name) && !Taken.Contains(name);

    /// <summary>True for a name with namespaces or a package in front of it: <c>shop::count</c>, <c>main.count</c>.</summary>
    public static bool IsQualified(string name) => Qualified().IsMatch(name);

    /// <summary>The name without its namespaces.</summary>
    public static string Last(string name) => name[(name.LastIndexOfAny([':', '.']) + 1)..];

    /// <summary>Adds a name to <paramref name="used"/>; false when it cannot be used, which is reported.</summary>
    public static bool Take(string name, SourceSpan at, ISet<string> used, DiagnosticBag bag)
    {
        if (!Form().IsMatch(name))
        {
            bag.Error(DiagnosticCode.InvalidValue,
                at, $"'{Quoted.Clip(name)}' is not a name for a value", "letters, digits and _ ; no digit first; at most 63");
            return false;
        }

        if (Taken.Contains(name))
        {
            bag.Error(DiagnosticCode.DuplicateValue,
                at, $"'{name}' is taken: every event has its own '{name}'", "any other name will do: only the place of an argument counts");
            return false;
        }

        if (used.Add(name))
        {
            return true;
        }

        bag.Error(DiagnosticCode.DuplicateValue, at, $"the rule already has a value '{Quoted.Clip(name)}'");
        return false;
    }

    /// <summary>The number N of <c>argN</c>, counted from 1; null for every other name.</summary>
    public static int? ArgumentNumber(string name) =>
        name.StartsWith("arg", StringComparison.Ordinal) && name.Length > 3 && name[3] != '0'
        && ScalarValue.TryUnsigned(name.AsSpan(3), out var number) && number < int.MaxValue
            ? (int)number
            : null;

    [GeneratedRegex(@"^[A-Za-z_]\w*(::[A-Za-z_]\w*)+\z|^[A-Za-z_]\w*\.[A-Za-z_]\w*\z", RegexOptions.ECMAScript)]
    private static partial Regex Qualified();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,62}\z")]
    private static partial Regex Form();
}
