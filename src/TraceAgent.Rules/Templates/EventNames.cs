using TraceAgent.Capture;

namespace TraceAgent.Rules.Templates;

/// <summary>The values that messages of one kind of event can name.</summary>
internal static class EventNames
{
    private static readonly EventName[] Always =
    [
        new("pid", ValueForm.Integer),
        new("tid", ValueForm.Integer),
        new("comm", ValueForm.Text),
        new("exe", ValueForm.Text),
        new("time", ValueForm.Time),
        new("symbol", ValueForm.Text),
        new("binary", ValueForm.Text),
        new("rule", ValueForm.Text),
    ];

    public static Dictionary<string, EventName> Of(EventKind kind, IEnumerable<Parameter> arguments, CaptureType returned)
    {
        var names = Always.ToDictionary(n => n.Name);
        if (kind != EventKind.Return)
        {
            foreach (var argument in arguments)
            {
                names.Add(argument.Name, new EventName(argument.Name, FormOf(argument.Type)));
            }
        }

        if (kind != EventKind.Entry)
        {
            names.Add("ret", new EventName("ret", FormOf(returned)));
        }

        if (kind == EventKind.Call)
        {
            names.Add("duration", new EventName("duration", ValueForm.Duration));
        }

        return names;
    }

    private static ValueForm FormOf(CaptureType type) => type switch
    {
        CaptureType.Pointer => ValueForm.Pointer,
        CaptureType.Text => ValueForm.Text,
        _ => ValueForm.Integer,
    };
}
