using System.Globalization;
using System.Text;

namespace TraceAgent.Rules.Tests;

/// <summary>A rule as text, for comparison with a case file.</summary>
internal static class RuleDump
{
    public static string Of(Rule rule)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{rule.Name.Value} at {rule.Name.At.Line}:{rule.Name.At.Column}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {rule.Binary.Value}: {rule.Where.Value} on {rule.On}\n");
        foreach (var argument in rule.Arguments)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {argument.Index} {argument.Name}: {argument.Type}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"  returns {rule.Return}\n");
        foreach (var message in rule.Messages)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {message.Kind} {rule.Level}: {message.Template.Text}\n");
            foreach (var token in message.Template.Tokens)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {token}\n");
            }
        }

        foreach (var (name, value) in rule.Labels)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name} = {value}\n");
        }

        return text.ToString();
    }
}
