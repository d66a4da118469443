using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TraceAgent.Benchmarks;

/// <summary>Many sites and many rules: attaching, detaching, memory, and an edit of one rule among many.</summary>
internal static class ScaleBenchmark
{
    private const string Prefix = "f";
    private const int FirstFunction = 10_000;

    /// <summary>bpftrace closes its probes one by one: 100 of them took more than a minute on one machine.</summary>
    private const int MaxForBpftrace = 10;

    public static void Run(WorkFolder folder, Options options, Results results)
    {
        for (var run = 0; run < options.Runs; run++)
        {
            foreach (var (sites, pattern) in new[] { (1, "f10000"), (100, "f100*"), (1000, "f10*"), (10_000, "f1*") })
            {
                var rule = $"rules:\n  - {{name: many, binary: {folder.Many}, symbol: '{pattern}', max_sites: 10000}}\n";
                Measure(folder, options, results, "sites of one rule", sites, rule, $"uprobe:{folder.Many}:{pattern} {{ @ = count(); }}");
            }

            foreach (var rules in new[] { 100, 1000 })
            {
                var ours = new StringBuilder("rules:\n");
                var theirs = new StringBuilder();
                for (var i = FirstFunction; i < FirstFunction + rules; i++)
                {
                    ours.Append(
                        CultureInfo.InvariantCulture, $"  - {{name: rule{i}, binary: {folder.Many}, symbol: {Prefix}{i}, args: 2}}\n");
                    theirs.Append(
                        CultureInfo.InvariantCulture, $"uprobe:{folder.Many}:{Prefix}{i} {{ printf(\"{i} %d %d\\n\", arg0, arg1); }}\n");
                }

                Measure(folder, options, results, "separate rules", rules, ours.ToString(), theirs.ToString());
            }

            MeasureReload(folder, options, results);
        }
    }

    private static void Measure(WorkFolder folder, Options options, Results results, string what, int count, string rules, string script)
    {
        var noun = count == 1
            ? what.Replace("sites", "site", StringComparison.Ordinal).Replace("rules", "rule", StringComparison.Ordinal)
            : what;
        var name = $"{count:N0} {noun}";
        string[] ours = [options.Agent, "run", "--rules", folder.Write("many.yaml", rules), "--output", folder.File("many.out")];
        Measure(folder, results, name, Tool.TraceAgent.Name, count, ours);
        if (count <= MaxForBpftrace)
        {
            Measure(folder, results, name, Tool.Bpftrace.Name, count, [Tool.BpftraceCommand, folder.Write("many.bt", script)]);
        }
    }

    private static void Measure(WorkFolder folder, Results results, string name, string tool, int count, IReadOnlyList<string> command)
    {
        Console.Error.WriteLine($"{name}, {tool}");
        using var watch = TargetProcess.Start(folder.Many, null, "watch", count == 1 ? $"{Prefix}{FirstFunction}" : Prefix, $"{count}");
        watch.StandardOutput.ReadLine();
        using var process = new ToolProcess(folder, command, folder.File("many.events"), pinned: false);
        var attached = ulong.Parse(
            watch.StandardOutput.ReadLine() ?? throw new TimeoutException($"{tool} has not attached {name} within two minutes"),
            CultureInfo.InvariantCulture);
        Thread.Sleep(500);
        var stopping = Stopwatch.GetTimestamp();
        var cost = process.Stop();
        var stopped = Stopwatch.GetElapsedTime(stopping);
        watch.WaitForExit();
        results.Add(name, tool, "start to attached ms", (attached - cost.Started) / 1e6);
        results.Add(name, tool, "stop ms", stopped.TotalMilliseconds);
        results.Add(name, tool, "peak RSS MB", cost.PeakMegabytes);
        results.Add(name, tool, "CPU s in all", cost.CpuSeconds);
    }

    /// <summary>From the rename of the edited file to the message that it is active.</summary>
    private static void MeasureReload(WorkFolder folder, Options options, Results results)
    {
        const int rules = 1000;
        const string name = "edit of 1 rule among 1,000";
        Console.Error.WriteLine(name);
        var rulesFolder = Directory.CreateDirectory(folder.File($"rules-{Guid.NewGuid():N}")).FullName;
        for (var i = FirstFunction; i < FirstFunction + rules; i++)
        {
            File.WriteAllText(Path.Combine(rulesFolder, $"{i}.yaml"), RuleFile(folder, i, 2));
        }

        using var process = Process.Start(
            new ProcessStartInfo(options.Agent, ["run", "--rules", rulesFolder, "--output", folder.File("reload.out")])
            {
                RedirectStandardError = true,
            })!;
        Await(process, "ready");

        // Files that were just written are read anew at every look, since their time stamps do not tell the next change.
        Thread.Sleep(3000);
        for (var args = 3; args <= 6; args++)
        {
            var edited = folder.Write("edited", RuleFile(folder, FirstFunction + 500, args));
            Thread.Sleep(300);
            var start = Stopwatch.GetTimestamp();
            File.Move(edited, Path.Combine(rulesFolder, $"{FirstFunction + 500}.yaml"), overwrite: true);
            Await(process, $"rule{FirstFunction + 500}");
            results.Add(name, Tool.TraceAgent.Name, "rename to active ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Machine.Output("kill", "-TERM", $"{process.Id}");
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        Directory.Delete(rulesFolder, recursive: true);
    }

    private static string RuleFile(WorkFolder folder, int i, int arguments) =>
        $"rules:\n  - {{name: rule{i}, binary: {folder.Many}, symbol: {Prefix}{i}, args: {arguments}}}\n";

    private static void Await(Process process, string text)
    {
        while (process.StandardError.ReadLine() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException($"the agent ended before it said '{text}'");
    }
}
