using System.Globalization;
using TraceAgent.Capture;
using TraceAgent.Dwarf.Service;
using TraceAgent.Linux;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.DebugFiles;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// Asks the debug information of a binary, in a process of its own that can do nothing but read it: <see cref="DebugInfoChild"/>.
/// What it answers is checked as what any other process says.
/// </summary>
public static class DebugInfoClient
{
    // Below the limit of the process's data, so that the collector fails first and says so.
    private const ulong MaxHeap = 192UL << 20;

    /// <summary>The number of times that the same is asked again, each time with more of the files that the linker did not take.</summary>
    private const int MaxRounds = 4;

    /// <summary>The answer; null, with the reason in <paramref name="problem"/>, when there is none.</summary>
    /// <param name="image">The open binary.</param>
    /// <param name="path">The path, beside which separate debug information is looked for.</param>
    /// <param name="query">The question.</param>
    /// <param name="problem">The reason.</param>
    public static DebugAnswer? Ask(ElfImage image, string path, DebugQuery query, out SiteProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var files = DebugInformation.Find(image, path, out problem);
        if (files is null)
        {
            return null;
        }

        var answer = Ask(files, path, query, out problem);
        for (var round = 0; round < MaxRounds && answer?.Missing.Count > 0 && files.Open(answer.Missing) > 0; round++)
        {
            answer = Ask(files, path, query, out problem);
        }

        return answer is null ? null : Checked(answer, image, files);
    }

    private static DebugAnswer? Ask(DebugInformation files, string path, DebugQuery query, out SiteProblem? problem)
    {
        using var spill = files.IsCompressed ? SpillFile.TryOpen() : null;
        problem = null;
        HelperAnswer ended;
        try
        {
            var helper = new HelperProcess(DebugInfoChild.Verb) { MaxAnswer = DebugWire.MaxBytes, MaxHeap = MaxHeap };
            ended = helper.Ask([files.Program, files.Separate, files.Supplement, spill, .. files.Split], DebugWire.Write(query));
        }
        catch (KernelException refused)
        {
            problem = new SiteProblem(SiteCodes.DebugReaderEnded, Refused: true, refused.Message);
            return null;
        }

        if (ended.Bytes is not { } bytes)
        {
            problem = Ended(path, ended);
            return null;
        }

        if (DebugWire.ReadAnswer(bytes) is not { } answer)
        {
            problem = new SiteProblem(
                SiteCodes.DebugReaderEnded, Refused: true, $"what was read of the debug information of {path} is not an answer",
                "is the file from a source that you trust?");
            return null;
        }

        return answer;
    }

    /// <summary>Leaves out places that are no code, and adds what was noticed when the files were found.</summary>
    private static DebugAnswer Checked(DebugAnswer answer, ElfImage image, DebugInformation files)
    {
        var sites = answer.Sites.Where(site => image.IsCode(site.Address)).ToList();
        var problems = answer.Problems.ToList();
        if (sites.Count < answer.Sites.Count)
        {
            problems.Add(
                Plural.Of(answer.Sites.Count - sites.Count, "place is", "places are") + " outside the code and left out");
        }

        if (files.Remark is { } remark)
        {
            problems.Add(remark);
        }

        const int most = 4;
        problems.AddRange(answer.Missing.Take(most).Select(file => files.Has(file)
            ? $"{file.Name} belongs to another build; a part of the debug information was in it (-gsplit-dwarf)"
            : $"{file.Name} is missing, and a part of the debug information with it (-gsplit-dwarf)"));
        if (answer.Missing.Count > most)
        {
            problems.Add($"so are {answer.Missing.Count - most} more .dwo files");
        }

        var types = answer.Types.HasFunctions ? answer.Types with { Functions = image.FunctionNames } : answer.Types;
        return answer with { Sites = [.. sites], Problems = [.. problems], Types = types };
    }

    private static SiteProblem Ended(string path, HelperAnswer ended)
    {
        const int cpuLimit = 24;
        const int bus = 7;
        const int kill = 9;
        var (reason, hint) = ended switch
        {
            { IsLate: true } => ("took too long", "a slow disk, or a file that is made to be hard to read"),
            { Signal: cpuLimit } => ($"took more than {Confinement.MaxSeconds} s of CPU", "ask for less: a file, or fewer lines"),
            { Signal: bus } => ("ended because the file was truncated meanwhile", "try again when it is complete"),
            { Signal: kill } => ("was killed: by the kernel, when memory is short", "ask for less, or free memory"),
            { ExitCode: DebugInfoChild.NeedsMemory } => ("needs more memory than it may have", "ask for less: a file, or fewer lines"),
            { ExitCode: DebugInfoChild.CannotConfine } =>
                ("cannot be confined here, and is not done otherwise", "it needs seccomp filters (CONFIG_SECCOMP_FILTER) and x86-64"),
            { Signal: > 0 } => ($"was ended by signal {ended.Signal}", null as string),
            _ => ($"ended with {ended.ExitCode}", null),
        };
        return new SiteProblem(
            SiteCodes.DebugReaderEnded, Refused: true, $"reading the debug information of {path} {reason}", hint);
    }
}
