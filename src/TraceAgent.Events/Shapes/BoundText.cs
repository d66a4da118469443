using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Events.Shapes;

/// <summary>
/// A text of literals and holes with every name resolved: what is the same for every event of a shape is made once, in as few
/// pieces as possible.
/// </summary>
/// <param name="Begin">The literal before the first hole, UTF-8; all of the text when it has none.</param>
/// <param name="Holes">The holes in their order.</param>
/// <param name="End">The literal after the last hole.</param>
public sealed record BoundText(byte[] Begin, Hole[] Holes, byte[] End)
{
    public void Append(LineBuffer into, TracedEvent traced)
    {
        into.Append(Begin);
        AppendHoles(into, traced);
        into.Append(End);
    }

    /// <summary>Appends the text from the first hole to the last.</summary>
    public void AppendHoles(LineBuffer into, TracedEvent traced)
    {
        foreach (var hole in Holes)
        {
            if (hole.IsNumber && traced.Values[hole.Index] is { Outcome: Outcome.Ok, Bits: <= long.MaxValue and var number })
            {
                into.Append(number);
            }
            else if (hole.Source < HoleSource.JsonValue)
            {
                MessageText.Append(into, traced, hole);
            }
            else
            {
                ValueJson.Append(into, traced, hole);
            }

            if (hole.After.Length > 0)
            {
                into.Append(hole.After);
            }
        }
    }
}
