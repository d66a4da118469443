using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Types;

/// <summary>Sizes of types in bytes; 0 when they are not known.</summary>
internal static class TypeSize
{
    private const int MaxHops = 32;

    /// <summary>The size of a type, arrays and names of types included.</summary>
    public static long Of(Entry? entry)
    {
        long count = 1;
        for (var i = 0; i < MaxHops && entry is { } type; i++)
        {
            if (type.Unsigned(AttributeName.ByteSize) is { } size)
            {
                return Times(count, (long)Math.Min(size, int.MaxValue));
            }

            if (type.Tag is Tag.PointerType or Tag.ReferenceType or Tag.RvalueReferenceType)
            {
                return Times(count, type.Unit.AddressSize);
            }

            if (type.Tag == Tag.ArrayType)
            {
                count = Times(count, CountOf(type));
            }

            entry = type.Reference(AttributeName.Type);
        }

        return 0;
    }

    /// <summary>The product; 0 when a factor is not known or the product is more than any value has.</summary>
    public static long Times(long size, long? count) => count is > 0 and var times && size > 0 && size <= int.MaxValue / times
        ? size * times
        : 0;

    private static long CountOf(Entry array)
    {
        long product = 1;
        var walk = new EntryWalk(array);
        for (var i = 0; i < MaxHops && walk.MoveNext(); i++)
        {
            if (walk.Current.Tag == Tag.Subrange)
            {
                var count = walk.Current.Unsigned(AttributeName.Count) ?? walk.Current.Unsigned(AttributeName.UpperBound) + 1;
                product = Times(product, count <= int.MaxValue ? (long)count : null);
            }

            walk.SkipChildren();
        }

        return product;
    }
}
