using TraceAgent.Rules;

namespace TraceAgent.Events.Shapes;

/// <summary>Structures as messages show them: <c>{id=7, at={x=1, y=2}, items=[{price=3}]}</c>.</summary>
internal static class StructureText
{
    /// <summary>The structure of a name in messages among fields; null for none.</summary>
    /// <param name="fields">The fields as members of an event.</param>
    /// <param name="name">The name: that of a member has those of the structures around it in front.</param>
    public static EventField? Find(EventField[] fields, string name)
    {
        foreach (var field in fields)
        {
            if (field.Form != FieldForm.Object)
            {
                continue;
            }

            if (field.Path.Count > 0 && ValuePath.NameOf(field.Path) == name)
            {
                return field;
            }

            if (Find(field.Members, name) is { } inner)
            {
                return inner;
            }
        }

        return null;
    }

    /// <summary>The text in pieces: literals, and fields that are no objects.</summary>
    /// <param name="field">The structure.</param>
    /// <param name="literal">Takes a literal.</param>
    /// <param name="value">Takes a field.</param>
    public static void Take(EventField field, Action<string> literal, Action<EventField> value)
    {
        if (field.Form != FieldForm.Object)
        {
            value(field);
            return;
        }

        literal(field.IsArray ? "[" : "{");
        for (var i = 0; i < field.Members.Length; i++)
        {
            var before = i == 0 ? "" : ", ";
            literal(field.IsArray ? before : $"{before}{LastName(field.Members[i])}=");
            Take(field.Members[i], literal, value);
        }

        literal(field.IsArray ? "]" : "}");
    }

    private static string LastName(EventField field) => field.Path is [.., var last] ? last : field.Name;
}
