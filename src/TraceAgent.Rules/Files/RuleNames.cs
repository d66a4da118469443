using TraceAgent.Rules.Keys;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>The names of rules that files have taken: each is unique over all files.</summary>
public sealed class RuleNames
{
    private readonly Dictionary<string, Located<string>> _firsts = [];

    /// <summary>Takes the names of a file that others do not have.</summary>
    public void Add(RuleFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (var name in file.Names)
        {
            _firsts.TryAdd(name.Value, name);
        }
    }

    /// <summary>
    /// Everything that is wrong with a file: its own diagnostics, and names that another file or an earlier rule of it has, in
    /// order.
    /// </summary>
    /// <param name="file">The file; the names of an older text of it do not conflict with it.</param>
    /// <param name="taken">The names that are not its own.</param>
    public IReadOnlyList<Diagnostic> Validate(RuleFile file, out IReadOnlySet<string> taken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var diagnostics = file.Diagnostics.ToList();
        var others = new HashSet<string>();
        var own = new Dictionary<string, Located<string>>();
        foreach (var name in file.Names)
        {
            var first = _firsts.TryGetValue(name.Value, out var other) && other.At.File != name.At.File
                ? other
                : own.GetValueOrDefault(name.Value);
            if (first is not null)
            {
                others.Add(name.Value);
                diagnostics.Add(DuplicateName.Of(name, first.At));
            }

            own.TryAdd(name.Value, name);
        }

        taken = others;
        return [.. diagnostics.OrderBy(d => d.At.Line).ThenBy(d => d.At.Column)];
    }
}
