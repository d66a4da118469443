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
        // Each hop puts its part after those of the types that it is made of.
        var after = "";
        for (var hops = 0; hops < MaxHops && after.Length < MaxLength; hops++)
        {
            if (at is not { } type)
            {
                return Cut($"void{after}");
            }

            switch (type.Tag)
            {
                case Tag.PointerType:
                    after = after.StartsWith(" *", StringComparison.Ordinal) ? $" *{after[1..]}" : $" *{after}";
                    break;
                case Tag.ReferenceType:
                    after = $" &{after}";
                    break;
                case Tag.RvalueReferenceType:
                    after = $" &&{after}";
                    break;
                case Tag.ArrayType:
                    after = $"{DimensionsOf(type)}{after}";
                    break;
                case Tag.ConstType or Tag.VolatileType or Tag.RestrictType or Tag.AtomicType:
                    var word = type.Tag switch
                    {
                        Tag.ConstType => "const",
                        Tag.VolatileType => "volatile",
                        Tag.RestrictType => "restrict",
                        _ => "_Atomic",
                    };

                    // After a pointer the word is of the pointer; in front of it, of what it points to.
                    if (TypeOf(type) is not { Tag: Tag.PointerType })
                    {
                        return Cut($"{word} {Name(TypeOf(type), after)}");
                    }

                    after = $" {word}{after}";
                    break;
                default:
                    return Cut(Name(type, after));
            }

            at = TypeOf(type);
        }

        return Cut($"...{after}");
    }

    private static Entry? TypeOf(Entry entry) => entry.WithInherited(AttributeName.Type)?.Reference(AttributeName.Type);

    private static string Name(Entry? entry, string after)
    {
        if (entry is not { } type)
        {
            return $"void{after}";
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
            return $"{(keyword.Length == 0 ? "..." : keyword)}{after}";
        }

        return keyword.Length > 0 && type.Unit.IsC() ? $"{keyword} {name}{after}" : $"{name}{after}";
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
