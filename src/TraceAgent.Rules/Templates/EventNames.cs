using TraceAgent.Capture;

namespace TraceAgent.Rules.Templates;

/// <summary>The values that messages of one kind of event can name.</summary>
internal static class EventNames
{
    private static readonly EventName[] Always =
    [
        new("pid", ValueForm.Integer),
        new("tid", ValueForm.Integer),
        new("ppid", ValueForm.Integer),
        new("comm", ValueForm.Text),
        new("exe", ValueForm.Text),
        new("cmdline", ValueForm.Text),
        .. ContextField.All.Select(value => new EventName(value.Name, FormOf(value.Type))),
        new("time", ValueForm.Time),
        new("symbol", ValueForm.Symbol),
        new("binary", ValueForm.Text),
        new("rule", ValueForm.Text),
    ];

    /// <param name="kind">Only calls have a duration.</param>
    /// <param name="values">Arguments and computed values of such events.</param>
    /// <param name="returned">Null when there is no return value.</param>
    public static Dictionary<string, EventName> Of(EventKind kind, IReadOnlyCollection<NamedValue> values, CaptureType? returned)
    {
        var names = Always.ToDictionary(n => n.Name);
        foreach (var value in values)
        {
            names.TryAdd(value.Name, new EventName(value.Name, FormOf(value.Type)));
        }

        if (returned is not null)
        {
            names.Add("ret", new EventName("ret", FormOf(returned)));
        }

        if (kind == EventKind.Call)
        {
            names.Add("duration", new EventName("duration", ValueForm.Duration));
        }

        foreach (var value in values)
        {
            names.TryAdd(value.Alias ?? value.Name, names[value.Name]);
        }

        return names;
    }

    private static ValueForm FormOf(CaptureType type) => type switch
    {
        CaptureType.Pointer => ValueForm.Pointer,
        CaptureType.Float => ValueForm.Real,
        CaptureType.Array array => FormOf(array.Element),
        CaptureType.Text or CaptureType.Utf16 or CaptureType.CountedText or CaptureType.TextObject or CaptureType.Bytes or CaptureType.Bool or CaptureType.IPv4 or CaptureType.IPv6 or CaptureType.SocketAddress or CaptureType.Cgroup => ValueForm.Text,
        CaptureType.Duration => ValueForm.Duration,
        CaptureType.Errno or CaptureType.Enumeration or CaptureType.Char => ValueForm.NamedNumber,
        _ => ValueForm.Integer,
    };
}
