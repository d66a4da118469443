using System.Globalization;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Secrets;

namespace TraceAgent.Events.Processes;

/// <summary>The facts about a process that stay true until it executes another file.</summary>
/// <param name="Executable">
/// The executable as /proc/PID/exe shows it: for a script the interpreter, in a container the path inside it.
/// </param>
/// <param name="ParentPid">The parent when the process began or executed the file; null when unknown.</param>
/// <param name="CommandLine">The arguments with spaces between them, <c>…</c> at the end when cut; null when unknown.</param>
public sealed record ProcessFacts(string? Executable, int? ParentPid = null, string? CommandLine = null)
{
    /// <summary>The number of bytes of the command line that are read; the kernel's programs read as many.</summary>
    private const int CommandLineBytes = 1024;

    private const string Deleted = " (deleted)";

    public static ProcessFacts Unknown { get; } = new((string?)null);

    /// <summary>The command line without the secrets that <see cref="SecretFinder"/> knows by their form.</summary>
    public string? CommandLine { get; } = CommandLine is null ? null : WithoutSecrets(CommandLine);

    /// <summary>The executable as a JSON value.</summary>
    public string Json { get; } = Executable is null ? "null" : JsonText.Quote(Executable);

    /// <summary>Reads the facts from /proc; null when the process is gone, is a thread of the kernel or is hidden from us.</summary>
    public static ProcessFacts? Read(int pid)
    {
        try
        {
            return ReadExecutable(pid) is { } executable
                ? new ProcessFacts(executable, ParentIn(File.ReadAllText($"/proc/{pid}/stat", Encoding.Latin1)), ReadCommandLine(pid))
                : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The target of /proc/PID/exe; null when it cannot be read.</summary>
    public static string? ReadExecutable(int pid)
    {
        if (new FileInfo($"/proc/{pid}/exe").LinkTarget is not { } target)
        {
            return null;
        }

        return target.EndsWith(Deleted, StringComparison.Ordinal) ? target[..^Deleted.Length] : target;
    }

    /// <summary>
    /// The parent's process ID, the fourth field of proc_pid_stat(5); the second one may hold anything, but no other has a
    /// bracket.
    /// </summary>
    internal static int? ParentIn(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 && int.TryParse(
            fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parent) ? parent : null;
    }

    private static string ReadCommandLine(int pid)
    {
        using var file = File.OpenRead($"/proc/{pid}/cmdline");
        Span<byte> bytes = stackalloc byte[CommandLineBytes + 1];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return ArgumentText.Of(bytes[..Math.Min(read, CommandLineBytes)], read > CommandLineBytes);
    }

    private static string WithoutSecrets(string text)
    {
        var hidden = new LineBuffer();
        return new SecretFinder().Hide(text, isCut: text.EndsWith('…'), hidden) ? hidden.ToString() : text;
    }
}
