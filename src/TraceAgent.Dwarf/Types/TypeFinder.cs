using System.Text;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Types;

/// <summary>
/// Finds definitions of types by their names, wherever they are: in the source file that declares them or in another one. Files have no
/// index of them, so it looks at the outermost entries of each unit, up to a limit.
/// </summary>
internal sealed class TypeFinder
{
    // Some tenths of a second.
    private const long MaxBytes = 32 << 20;
    private const string Separator = "::";

    private readonly Dictionary<string, byte[][]> _wanted = [];
    private readonly Dictionary<string, Entry> _found = [];
    private readonly List<byte[]> _scopes = [];

    private TypeFinder(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            _wanted.TryAdd(name, [.. name.Split(Separator).Select(Encoding.UTF8.GetBytes)]);
        }
    }

    /// <summary>The definitions of types that were found, by name.</summary>
    /// <param name="units">The units of a file.</param>
    /// <param name="names">Names with their namespaces.</param>
    public static IReadOnlyDictionary<string, Entry> Find(IEnumerable<Unit> units, IEnumerable<string> names)
    {
        var finder = new TypeFinder(names);
        long read = 0;
        foreach (var unit in units)
        {
            read += unit.End - unit.Offset;
            if (finder._wanted.Count == 0 || read > MaxBytes)
            {
                break;
            }

            finder.LookInto(unit);
            unit.Release();
        }

        return finder._found;
    }

    /// <summary>The name of a type with the namespaces and classes around it.</summary>
    public static string NameOf(Entry type)
    {
        var own = Encoding.UTF8.GetString(type.Name());
        if (type.Unit.IsC() || type.Unit.Root is not { } root)
        {
            return own;
        }

        var scopes = new List<string>();
        var walk = new EntryWalk(root);
        while (walk.MoveNext() && walk.Current.Offset < type.Offset)
        {
            if (walk.Current.Tag is Tag.Namespace or Tag.StructureType or Tag.ClassType or Tag.UnionType)
            {
                scopes.RemoveRange(walk.Depth - 1, scopes.Count - walk.Depth + 1);
                scopes.Add(Encoding.UTF8.GetString(walk.Current.Text(AttributeName.Name)));
            }
            else
            {
                walk.SkipChildren();
            }
        }

        return string.Join(Separator, scopes.Take(walk.Depth - 1).Append(own));
    }

    private void LookInto(Unit unit)
    {
        if (unit.Root is not { } root)
        {
            return;
        }

        _scopes.Clear();
        var walk = new EntryWalk(root);
        while (_wanted.Count > 0 && walk.MoveNext())
        {
            var entry = walk.Current;
            if (entry.Tag is Tag.Namespace or Tag.StructureType or Tag.ClassType or Tag.UnionType or Tag.EnumerationType or Tag.Typedef)
            {
                _scopes.RemoveRange(walk.Depth - 1, _scopes.Count - walk.Depth + 1);
                Take(entry);
                if (entry.Tag is not (Tag.EnumerationType or Tag.Typedef) && LeadsOn(entry))
                {
                    _scopes.Add(entry.Text(AttributeName.Name).ToArray());
                    continue;
                }
            }

            walk.SkipChildren();
        }
    }

    private void Take(Entry entry)
    {
        if (entry.Tag == Tag.Namespace || entry.IsSet(AttributeName.Declaration))
        {
            return;
        }

        var name = entry.Text(AttributeName.Name);
        foreach (var (wanted, parts) in _wanted)
        {
            if (parts.Length == _scopes.Count + 1 && name.SequenceEqual(parts[^1]) && IsAt(parts))
            {
                _found.Add(wanted, entry);
                _wanted.Remove(wanted);
                return;
            }
        }
    }

    private bool LeadsOn(Entry scope)
    {
        var name = scope.Text(AttributeName.Name);
        foreach (var parts in _wanted.Values)
        {
            if (parts.Length > _scopes.Count + 1 && name.SequenceEqual(parts[_scopes.Count]) && IsAt(parts))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsAt(byte[][] parts)
    {
        for (var i = 0; i < _scopes.Count; i++)
        {
            if (!_scopes[i].AsSpan().SequenceEqual(parts[i]))
            {
                return false;
            }
        }

        return true;
    }
}
