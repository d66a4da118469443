using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

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
        .. ContextField.All.Select(value => new EventName(value.Name, value.Type.Form)),
        new("time", ValueForm.Time),
        new("symbol", ValueForm.Symbol),
        new("binary", ValueForm.Text),
        new("rule", ValueForm.Text),
    ];

    /// <param name="kind">The kind of event; only calls have a duration.</param>
    /// <param name="values">Arguments and computed values of such events.</param>
    /// <param name="returned">The values that the return value is shown by; empty when there is none.</param>
    public static Dictionary<string, EventName> Of(
        EventKind kind, IReadOnlyCollection<NamedValue> values, IReadOnlyCollection<NamedValue> returned)
    {
        var names = Always.ToDictionary(n => n.Name);
        foreach (var value in values.Concat(returned))
        {
            names.TryAdd(value.Name, new EventName(value.Name, value.Type.Form));
            for (var i = 1; i < value.Path.Count; i++)
            {
                var structure = ValuePath.NameOf(value.Path.Take(i));
                names.TryAdd(structure, new EventName(structure, ValueForm.Structure));
            }
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
}
