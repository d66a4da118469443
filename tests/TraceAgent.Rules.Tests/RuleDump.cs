using System.Globalization;
using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>A rule as text, for comparison with a case file.</summary>
internal static class RuleDump
{
    public static string Of(Rule rule)
    {
        var bag = new DiagnosticBag();
        var terms = BoundRule.TermsOf(rule, PlaceScope.Of(CSiteAbi.X64), bag);

        // Which variables there are is known where debug information is.
        Assert.Equal(0, rule.NeedsDebugInfo ? 0 : bag.ErrorCount);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{rule.Name.Value} at {rule.Name.At.Line}:{rule.Name.At.Column}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {rule.Binary.Value.Text}{Filter(rule)}: {rule.Where.Value} on {rule.On}\n");
        if (rule.MaxSites != Rule.DefaultMaxSites)
        {
            text.Append(CultureInfo.InvariantCulture, $"  max_sites {rule.MaxSites}\n");
        }

        if (rule.NeedsDebugInfo)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  variables {rule.Captured}, {string.Join(' ', rule.VariableNames)}; missing {rule.Missing}\n");
        }

        foreach (var argument in terms.Arguments)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"  {argument.Index} {argument.Name}: {argument.Type}{(argument.Length is null ? "" : $" of {argument.Length}")}\n");
        }

        if (rule.Form is { } form && form != new CallForm(form.Parameters, ObjectArgument.Unspecified, ResultPlace.Registers))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  object {form.Object}, result {form.Result} {form.ResultClass}, scope {form.Scope}\n");
        }

        var returned = terms.Returned is [var only] ? only.Type.ToString() : "nothing";
        var length = terms.Returned is [{ Length: { } known }] ? $" of {known}" : "";
        text.Append(CultureInfo.InvariantCulture, $"  returns {returned}{length}\n");
        foreach (var capture in terms.Captures)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"  {capture.Name}: {capture.Type}{(capture.Length is null ? "" : $" of {capture.Length}")} = {capture.Value}\n");
        }

        if (terms.When is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"  when {terms.When}\n");
        }

        if (!rule.ReturnsAtInstructions)
        {
            text.Append("  returns at caller\n");
        }

        if (rule.ReadsPlainly)
        {
            text.Append("  reads plainly\n");
        }

        if (rule.AllowsUnsafe)
        {
            text.Append("  unsafe\n");
        }

        if ((rule.SampleEvery, rule.LimitPerSecond, rule.Ttl, rule.BudgetPercent, rule.Redact.Count) != (1, null, null, null, 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"  sample {rule.SampleEvery}, limit {rule.LimitPerSecond}, ttl {rule.Ttl}, budget " +
                $"{rule.BudgetPercent}, redact {rule.Redact}\n");
        }

        if (rule.NotSecret.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  not secret {rule.NotSecret}\n");
        }

        foreach (var message in terms.Messages)
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

    public static string Of(PacketRule rule)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{rule.Name.Value} at {rule.Name.At.Line}:{rule.Name.At.Column}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"  {rule.Interface.Value}, {rule.Mode}{(rule.DryRun ? ", dry run" : "")}{(rule.AllowsUnsafe ? ", unsafe" : "")}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"  counts {(rule.Count is { } count ? $"top {count.Top} every {count.Every}" : "nothing")}, {rule.MaxSources} sources\n");
        text.Append(CultureInfo.InvariantCulture, $"  denies {rule.Deny} and {rule.DenyFile?.Value ?? "no file"}\n");
        text.Append(CultureInfo.InvariantCulture, $"  allows {rule.Allow} and {rule.AllowFile?.Value ?? "no file"}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"  {rule.Level} to {rule.Output?.Value ?? "all outputs"}, ttl {rule.Ttl?.ToString() ?? "by default"}\n");
        text.Append(CultureInfo.InvariantCulture, $"  packets: {rule.Messages.Packets.Text}\n  dropped: {rule.Messages.Dropped.Text}\n");
        foreach (var (name, value) in rule.Labels)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name} = {value}\n");
        }

        return text.ToString();
    }

    private static string Filter(Rule rule) => rule.Filter is { } filter ? $" for {filter}" : "";
}
