using TraceAgent.Bpf;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Linux;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Checks;

/// <summary>Checks whether kernel programs can be made of rules.</summary>
internal static class KernelCheck
{
    /// <summary>Compiles every program, without the kernel.</summary>
    public static IEnumerable<Diagnostic> Compile(IEnumerable<ResolvedFile> files)
    {
        foreach (var one in files.SelectMany(file => file.Probes))
        {
            if (WhyNotCompiled(one) is { } reason)
            {
                yield return Diagnostic.Error(CheckCodes.NotCompiled, one.Rule.Name.At, reason);
            }
        }
    }

    /// <summary>
    /// Loads every program, and attaches probes for a moment. Packet rules are not attached: a network card may go down for a
    /// moment when a program is tried on it.
    /// </summary>
    public static IEnumerable<Diagnostic> Attach(IReadOnlyList<ResolvedFile> files)
    {
        using var session = BpfSession.Open(Environment.SystemPageSize);
        foreach (var one in files.SelectMany(file => file.Probes))
        {
            if (Refusal(() => AttachBriefly(session, one)) is { } refusal)
            {
                yield return Diagnostic.Error(CheckCodes.KernelRefused, one.Rule.Name.At, refusal);
            }
        }

        foreach (var (rule, lists) in files.SelectMany(file => file.Filters).Select(filter => filter.Desired))
        {
            if (Refusal(() => LoadBriefly(rule.Name.Value, PacketReconciler.OptionsOf(rule), lists ?? PrefixLists.None)) is { } refusal)
            {
                yield return Diagnostic.Error(CheckCodes.KernelRefused, rule.Name.At, refusal);
            }
        }
    }

    private static string? WhyNotCompiled(Resolution resolution)
    {
        try
        {
            foreach (var part in resolution.Probe?.Parts ?? [])
            {
                ProbeCompiler.Compile(part.Plan, new ProbeBinding { Waits = PageWaits.Unbound });
            }

            return null;
        }
        catch (ArgumentException refusal)
        {
            return refusal.Message;
        }
    }

    private static string? Refusal(Action attempt)
    {
        try
        {
            attempt();
            return null;
        }
        catch (KernelException refusal)
        {
            return refusal.Message;
        }
    }

    private static void AttachBriefly(BpfSession session, Resolution resolution)
    {
        foreach (var part in resolution.Probe?.Parts ?? [])
        {
            using var loaded = session.Load(part.Plan, resolution.Rule.Name.Value);
            foreach (var file in part.Files)
            {
                loaded.Attach(new UprobeFile(file.Source, file.Path), file.Sites, 0).Dispose();
            }
        }
    }

    private static void LoadBriefly(string rule, PacketFilterOptions options, PrefixLists lists)
    {
        using var filter = PacketFilter.Load(rule, options);
        filter.Update([.. lists.Deny], [.. lists.Allow]);
    }
}
