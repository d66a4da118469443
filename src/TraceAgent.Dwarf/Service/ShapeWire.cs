using TraceAgent.Capture;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>The form in which types go from one process to the other.</summary>
internal static class ShapeWire
{
    // Bytes: no value that is captured lies in a larger object.
    private const ulong MaxSize = int.MaxValue;
    private const ulong MaxBits = 64;

    public static void Write(WireWriter writer, TypeTable types)
    {
        writer.List([.. types.Shapes], shape =>
        {
            writer.Byte(TagOf(shape));
            writer.Text(shape.Name);
            writer.Number((ulong)Math.Clamp(shape.Size, 0, (long)MaxSize));
            Rest(writer, shape);
        });
    }

    /// <summary>Reads types. Indexes may lead to any type of the table, also in circles.</summary>
    public static TypeTable Read(ref WireReader reader)
    {
        var shapes = new TypeShape[reader.Count(ShapeReader.MaxShapes + 1)];
        for (var i = 0; i < shapes.Length; i++)
        {
            shapes[i] = Shape(ref reader, shapes.Length);
        }

        return new TypeTable([.. shapes]);
    }

    private static byte TagOf(TypeShape shape) => shape switch
    {
        TypeShape.Integer => 1,
        TypeShape.Bool => 2,
        TypeShape.Character => 3,
        TypeShape.Float => 4,
        TypeShape.Enumeration => 5,
        TypeShape.Pointer => 6,
        TypeShape.Array => 7,
        TypeShape.Structure => 8,
        TypeShape.Function => 9,
        _ => 10,
    };

    private static void Rest(WireWriter writer, TypeShape shape)
    {
        switch (shape)
        {
            case TypeShape.Integer integer:
                writer.Flag(integer.Signed);
                break;
            case TypeShape.Enumeration names:
                writer.Flag(names.Signed);
                writer.List([.. names.Names], name =>
                {
                    writer.Signed(name.Key);
                    writer.Text(name.Value);
                });
                break;
            case TypeShape.Pointer pointer:
                writer.Index(pointer.Target);
                writer.Flag(pointer.IsReference);
                break;
            case TypeShape.Array array:
                writer.Index(array.Element);
                writer.Index((int?)array.Count);
                break;
            case TypeShape.Structure structure:
                writer.Flag(structure.IsUnion);
                writer.Text(structure.WhyIncomplete ?? "");
                writer.List([.. structure.Members], member =>
                {
                    writer.Text(member.Name);
                    writer.Index(member.Type);
                    writer.Number((ulong)member.Offset);
                    writer.Byte((byte)member.Bits);
                    writer.Byte((byte)member.Shift);
                });
                break;
        }
    }

    private static TypeShape Shape(ref WireReader reader, int count)
    {
        var tag = reader.Byte();
        var name = reader.Text();
        var size = (long)reader.Checked(reader.Number(), MaxSize);
        return tag switch
        {
            1 => new TypeShape.Integer(name, size, reader.Flag()),
            2 => new TypeShape.Bool(name, size),
            3 => new TypeShape.Character(name, size),
            4 => new TypeShape.Float(name, size),
            5 => new TypeShape.Enumeration(name, size, reader.Flag(), Names(ref reader)),
            6 => new TypeShape.Pointer(name, size, reader.Index(count), reader.Flag()),
            7 => new TypeShape.Array(name, size, reader.Index(count) ?? reader.Failed(0), reader.Index(int.MaxValue)),
            8 => Structure(ref reader, name, size, count),
            9 => new TypeShape.Function(name),
            10 => new TypeShape.Opaque(name, size),
            _ => reader.Failed<TypeShape>(new TypeShape.Opaque(name, size)),
        };
    }

    private static TypeShape.Structure Structure(ref WireReader reader, string name, long size, int count)
    {
        var (isUnion, why) = (reader.Flag(), reader.Text());
        var members = new StructureMember[reader.Count(ShapeReader.MaxMembers)];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = new StructureMember(
                reader.Text(), reader.Index(count) ?? reader.Failed(0), (long)reader.Checked(reader.Number(), MaxSize))
            {
                Bits = (int)reader.Checked(reader.Byte(), MaxBits),
                Shift = (int)reader.Checked(reader.Byte(), MaxBits - 1),
            };
            reader.Checked((ulong)(members[i].Bits + members[i].Shift), MaxBits);
        }

        return new TypeShape.Structure(name, size, isUnion, [.. members]) { WhyIncomplete = why.Length > 0 ? why : null };
    }

    private static EquatableArray<KeyValuePair<long, string>> Names(ref WireReader reader)
    {
        var names = new KeyValuePair<long, string>[reader.Count(ShapeReader.MaxMembers)];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = new(reader.Signed(), reader.Text());
        }

        return [.. names];
    }
}
