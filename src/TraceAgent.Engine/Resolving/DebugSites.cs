using TraceAgent.Capture.Places;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Engine.Resolving;

/// <summary>Gives rules what debug information says of their sites: the parameters of functions, the places of lines.</summary>
internal sealed class DebugSites
{
    private readonly SiteParameters _parameters = new();
    private readonly SiteLines _lines = new();

    /// <summary>Announces a rule, so that the first question for a binary is about all of its rules.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="image">The open binary.</param>
    /// <param name="present">The binary.</param>
    /// <param name="found">The sites that are known without debug information.</param>
    public void Announce(Rule rule, ElfImage image, PresentFile present, SiteResolution found)
    {
        if (rule.Where.Value is Location.Line)
        {
            _lines.Announce(image, present.Identity, present.File.Path, rule);
        }
        else
        {
            _parameters.Announce(image, present.Identity, found, DebugDemand.Of(rule));
        }
    }

    /// <summary>The sites of a rule with what debug information says of them.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="image">The open binary.</param>
    /// <param name="present">The binary.</param>
    /// <param name="found">The sites that are known without debug information.</param>
    public SiteResolution Of(Rule rule, ElfImage image, PresentFile present, SiteResolution found)
    {
        try
        {
            return Ask(rule, image, present, found);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new SiteResolution([], [.. found.Problems, ElfImage.CannotRead(present.File.Path, error.Message, null)]);
        }
    }

    private SiteResolution Ask(Rule rule, ElfImage image, PresentFile present, SiteResolution found) =>
        rule.Where.Value is Location.Line
            ? _lines.Of(image, present.Identity, present.File.Path, rule, SiteFinder.RequestOf(rule))
            : _parameters.Of(image, present.Identity, present.File.Path, found, DebugDemand.Of(rule));

    /// <summary>Forgets all answers.</summary>
    public void Forget()
    {
        _parameters.Forget();
        _lines.Forget();
    }
}
