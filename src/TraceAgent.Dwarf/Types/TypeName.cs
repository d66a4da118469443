using System.Globalization;
using System.Text;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Types;

/// <summary>Names of types as the source has them.</summary>
internal static class TypeName
{
    private const int MaxHops = 32;
    private const int MaxLength = 512;

    /// <summary>The name of the type of a variable, parameter or function; <c>void</c> without one.</summary>
    public static string Of(Entry entry) => Text(TypeOf(entry));

    /// <summary>The name of a type itself.</summary>
    public static string OfType(Entry type) => Text(type);

    private static string Text(Entry? at)
    {
        // Each hop puts its part behind those of the types that it is made of.
        var behind = "";
        for (var hops = 0; hops < MaxHops && behind.Length < MaxLength; hops++)
        {
            if (at is not { } type)
            {
                return Cut($"void{behind}");
            }

            switch (type.Tag)
            {
                case Tag.PointerType:
                    behind = behind.StartsWith(" *", StringComparison.Ordinal) ? $" *{behind[1..]}" : $" *{behind}";
                    break;
                case Tag.ReferenceType:
                    behind = $" &{behind}";
                    break;
                case Tag.RvalueReferenceType:
                    behind = $" &&{behind}";
                    break;
                case Tag.ArrayType:
                    behind = $"{DimensionsOf(type)}{behind}";
                    break;
                case Tag.ConstType or Tag.VolatileType or Tag.RestrictType or Tag.AtomicType:
                    var word = type.Tag switch
                    {
                        Tag.ConstType => "const",
                        Tag.VolatileType => "volatile",
                        Tag.RestrictType => "restrict",
                        _ => "_Atomic",
                    };

                    // Behind a pointer the word is of the pointer; in front of it, of what it points to.
                    if (TypeOf(type) is not { Tag: Tag.PointerType })
                    {
                        return Cut($"{word} {Name(TypeOf(type), behind)}");
                    }

                    behind = $" {word}{behind}";
                    break;
                default:
                    return Cut(Name(type, behind));
            }

            at = TypeOf(type);
        }

        return Cut($"...{behind}");
    }

    private static Entry? TypeOf(Entry entry) => entry.WithInherited(AttributeName.Type)?.Reference(AttributeName.Type);

    private static string Name(Entry? entry, string behind)
    {
        if (entry is not { } type)
        {
            return $"void{behind}";
        }

        var name = Encoding.UTF8.GetString(type.Name());
        var keyword = type.Tag switch
        {
            Tag.StructureType => "struct",
            Tag.UnionType => "union",
            Tag.EnumerationType => "enum",
            Tag.ClassType => "class",
            Tag.SubroutineType => "function",
            Tag.ConstType => "const ...",
            _ => "",
        };
        if (name.Length == 0)
        {
            return $"{(keyword.Length == 0 ? "..." : keyword)}{behind}";
        }

        return keyword.Length > 0 && type.Unit.IsC() ? $"{keyword} {name}{behind}" : $"{name}{behind}";
    }

    private static string DimensionsOf(Entry array)
    {
        var text = new StringBuilder();
        var walk = new EntryWalk(array);
        while (walk.MoveNext() && text.Length < MaxLength)
        {
            if (walk.Current.Tag == Tag.Subrange)
            {
                var count = walk.Current.Unsigned(AttributeName.Count) ?? walk.Current.Unsigned(AttributeName.UpperBound) + 1;
                text.Append(CultureInfo.InvariantCulture, $"[{count}]");
            }

            walk.SkipChildren();
        }

        return text.Length == 0 ? "[]" : text.ToString();
    }

    private static string Cut(string text) => text.Length > MaxLength ? $"{text[..MaxLength]}..." : text;
}
