using System.Text;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>
/// Names of variables that are looked for: <c>count</c>, with some or all of the namespaces and classes around it
/// (<c>shop::count</c>), or with Go's package (<c>main.count</c>), which is a part of the name itself.
/// </summary>
internal sealed class StaticNames
{
    private const int MaxName = 256;
    private const string Scope = "::";

    private readonly Dictionary<string, string[]> _byLast;

    public StaticNames(IEnumerable<string> names) =>
        _byLast = names.GroupBy(name => name[(name.LastIndexOf(':') + 1)..]).ToDictionary(same => same.Key, same => same.ToArray());

    /// <summary>The names that a variable has.</summary>
    public IEnumerable<string> Of(Entry variable)
    {
        var bytes = variable.Name();
        Span<char> buffer = stackalloc char[MaxName];
        return bytes.Length is > 0 and <= MaxName && Encoding.UTF8.TryGetChars(bytes, buffer, out var length)
            && _byLast.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(buffer[..length], out var names)
                ? names.Where(name => IsCalled(variable, name))
                : [];
    }

    /// <summary>True when only a program of Go can have a variable of this name.</summary>
    public static bool IsOfGo(string name) => name.Contains('.', StringComparison.Ordinal);

    private static bool IsCalled(Entry variable, string name)
    {
        if (!name.Contains(Scope, StringComparison.Ordinal))
        {
            return true;
        }

        // A member of a class is declared there and defined elsewhere. Namespaces without a name have none in the source.
        var declared = variable.Reference(AttributeName.Specification) ?? variable;
        var whole = string.Join(Scope, TypeFinder.NameOf(declared).Split(Scope, StringSplitOptions.RemoveEmptyEntries));
        return whole == name || whole.EndsWith(Scope + name, StringComparison.Ordinal);
    }
}
