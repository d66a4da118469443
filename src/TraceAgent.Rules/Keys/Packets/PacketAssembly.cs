using TraceAgent.Capture;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Packets;

/// <summary>Makes a packet rule of what was read, after the checks that need several keys.</summary>
internal static class PacketAssembly
{
    /// <summary>Makes the rule; null when something needed is missing or wrong, which is reported.</summary>
    public static PacketRule? Finish(PacketDraft draft, DiagnosticBag bag)
    {
        if (!draft.CanDeny && draft.Has("count"))
        {
            foreach (var key in (string[])["allow", "allow_file", "dry_run"])
            {
                if (draft.Present.TryGetValue(key, out var useless))
                {
                    bag.Error(DiagnosticCode.KeyConflict, useless.Key.At,
                        $"this rule denies nothing: '{key}' means nothing in it", "add 'deny' or 'deny_file', or remove it");
                }
            }
        }

        if (!draft.AllowsUnsafe)
        {
            foreach (var everything in draft.Deny.Where(prefix => prefix.Value.IsEverything))
            {
                var (code, message, hint) = PrefixProblem.OfEverything(everything.Value);
                bag.Error(code, everything.At, message, hint);
            }
        }

        var allowed = draft.Allow.Select(prefix => prefix.Value).ToHashSet();
        foreach (var never in draft.Deny.Where(prefix => allowed.Contains(prefix.Value)))
        {
            bag.Add(Diagnostic.Warning(
                DiagnosticCode.DuplicatePrefix, never.At, $"'{never.Value}' is never dropped: 'allow' has it too, and wins"));
        }

        var messages = PacketFormats.Finish(draft, bag);
        return draft is { Name: { } name, Interface: { } interfaceName }
            ? new PacketRule(name, interfaceName, messages, draft.Level, draft.Labels.ToEquatableArray())
            {
                Mode = draft.Mode,
                Count = draft.Count is { } count ? new PacketCount(count.Top, count.Every) : null,
                Deny = draft.Deny.Select(prefix => prefix.Value).ToEquatableArray(),
                DenyFile = draft.DenyFile,
                Allow = draft.Allow.Select(prefix => prefix.Value).ToEquatableArray(),
                AllowFile = draft.AllowFile,
                DryRun = draft.DryRun,
                AllowsUnsafe = draft.AllowsUnsafe,
                MaxSources = draft.MaxSources,
                Ttl = draft.Ttl,
                Output = draft.Output,
            }
            : null;
    }
}
