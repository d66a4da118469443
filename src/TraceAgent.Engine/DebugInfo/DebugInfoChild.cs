using System.Globalization;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Dwarf.Sections;
using TraceAgent.Dwarf.Service;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// The process that reads debug information: this executable, started again by <see cref="DebugInfoClient"/>. Files of others are
/// mapped here and nowhere else; a file that ends it costs one answer.
/// </summary>
public static class DebugInfoChild
{
    /// <summary>The argument that makes this executable such a process.</summary>
    public const string Verb = "read-debug-info";

    /// <summary>The exit code when system calls cannot be taken away.</summary>
    internal const int CannotConfine = 3;

    /// <summary>The exit code when the memory is not enough.</summary>
    internal const int NeedsMemory = 4;

    /// <summary>The exit code when the files or the question are not as they were.</summary>
    internal const int NotUnderstood = 5;

    private const int FirstSplit = 4;

    /// <summary>Answers the question of standard input on standard output.</summary>
    /// <param name="files">
    /// The files that it got, a digit for each: the binary, its debug file, that of dwz, one to decompress to, then those that the
    /// linker did not take.
    /// </param>
    public static int Run(string files)
    {
        var question = HelperProcess.ReadQuestion();
        DebugSections.Prepare();
        PreferToEnd();
        if (!Confinement.TryEnter())
        {
            return CannotConfine;
        }

        try
        {
            return Answer(files, question);
        }
        catch (OutOfMemoryException)
        {
            return NeedsMemory;
        }
    }

    private static int Answer(string files, byte[] question)
    {
        using var spill = HelperProcess.File(files, 3);
        using var program = Open(0);
        using var debug = Open(1);
        using var supplement = Open(2);
        if (program is null || DebugWire.ReadQuery(question) is not { } query)
        {
            return NotUnderstood;
        }

        var split = Enumerable.Range(FirstSplit, Math.Max(files.Length - FirstSplit, 0)).Select(index => Open(index, isSplit: true))
            .OfType<DebugSections>().ToList();
        var answer = new DebugInfoReader(program, debug ?? program, supplement, split).Answer(query);
        return HelperProcess.TryAnswer(DebugWire.Write(answer)) ? 0 : NotUnderstood;

        DebugSections? Open(int index, bool isSplit = false)
        {
            if (HelperProcess.File(files, index) is not { } handle)
            {
                return null;
            }

            var file = new ElfFile(handle, (ulong)RandomAccess.GetLength(handle));
            return ElfHeader.ReadAny(file, out _) is { } header ? new DebugSections(file, header, spill, isSplit) : null;
        }
    }

    /// <summary>Has the kernel end this process first when memory is short. proc(5), "oom_score_adj".</summary>
    private static void PreferToEnd()
    {
        const int first = 1000;
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", first.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Answers are right without it.
        }
    }
}
