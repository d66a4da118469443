using System.Buffers;
using TraceAgent.Engine.Trust;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.RuleFiles;

/// <summary>Loads rule files from disk.</summary>
public static class RuleFileLoader
{
    /// <summary>The name of standard input.</summary>
    public const string StandardInput = "<stdin>";

    /// <summary>The code for a link in a folder of rules that leads nowhere.</summary>
    public const string BrokenLink = "TA291";

    /// <summary>The number of bytes that are read: more than the maximum that the reader takes, which reports it.</summary>
    private const int ReadLimit = (1 << 20) + 1;

    /// <param name="path">Whatever its extension. Relative paths in the file start at the folder that holds it.</param>
    /// <param name="trust">Decides whether it is trusted; null to trust any file.</param>
    /// <param name="takesPipe">True when it may be a pipe or a device.</param>
    public static RuleFile Load(string path, PathTrust? trust = null, bool takesPipe = false)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        Diagnostic? untrusted = null;
        var file = Read(path, folder, bytes =>
        {
            using var opened = InputFile.Open(path);
            if (opened.Kind != FileKind.Regular && !(takesPipe && opened.Kind is FileKind.Pipe or FileKind.CharacterDevice))
            {
                throw new IOException("not a regular file");
            }

            untrusted = trust?.Check(path, opened.Handle);
            return opened.Read(bytes);
        });
        if (untrusted is null)
        {
            return file;
        }

        var judged = file with { Diagnostics = [untrusted, .. file.Diagnostics] };
        return untrusted.Severity == Severity.Error ? judged.WithoutRules() : judged;
    }

    /// <summary>Loads rules from standard input. Relative paths in them start at the current folder.</summary>
    public static RuleFile LoadStandardInput() => Read(StandardInput, Environment.CurrentDirectory, bytes =>
    {
        using var stream = Console.OpenStandardInput();
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
    });

    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    /// <summary>
    /// A file without rules, and with a warning: what the link leads to may be there later, or have been deleted with its
    /// package.
    /// </summary>
    public static RuleFile LinkToNowhere(string path) => new(
        path,
        [],
        [Diagnostic.Warning(BrokenLink, new SourceSpan(path, 1, 1, 1), $"broken link to {new FileInfo(path).LinkTarget}", "no " +
            "rules are read from it")],
        new SourceText(path, ""));

    private delegate int Reading(Span<byte> bytes);

    private static RuleFile Read(string name, string folder, Reading read)
    {
        // There may be thousands of files, most of them small.
        var bytes = ArrayPool<byte>.Shared.Rent(ReadLimit);
        try
        {
            var length = read(bytes.AsSpan(0, ReadLimit));
            return RuleFileReader.Read(name, folder, bytes.AsSpan(0, length));
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return RuleFile.Unreadable(name, IoFailure.Describe(refusal));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
