using System.CommandLine;
using System.CommandLine.Completions;
using TraceAgent.Engine.Targets;
using TraceAgent.Status;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Functions;

namespace TraceAgent.Commands.Arguments;

/// <summary>
/// The words that a shell offers where only this machine knows the words. Nothing that goes wrong here is said: somebody is typing.
/// </summary>
internal static class Completions
{
    private const int MaxNames = 500;

    /// <summary>The time that an agent has to answer.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>Names of programs and libraries; without a beginning, the programs that run. Paths are the shell's.</summary>
    public static IEnumerable<CompletionItem> Binaries(CompletionContext context) => Items(context.WordToComplete switch
    {
        "" => BinaryNames.Running(),
        var path when path.Contains('/') => [],
        var name => BinaryNames.Beginning(name),
    });

    /// <summary>The names of binaries and, after a colon, of their functions.</summary>
    public static IEnumerable<CompletionItem> Places(CompletionContext context)
    {
        var word = context.WordToComplete;
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? Binaries(context)
            : Items(FunctionsOf(word[..colon], word[(colon + 1)..]).Select(name => $"{word[..colon]}:{name}"));
    }

    /// <summary>The functions of the binary that was typed before.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Functions(Argument<string> binary) => context =>
        Items(context.ParseResult.GetValue(binary) is { } name ? FunctionsOf(name, context.WordToComplete) : []);

    /// <summary>The rules of the agent that runs.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Rules(SocketOptions socket) => context =>
    {
        try
        {
            var status = socket.PathOf(context.ParseResult) is { } path ? StatusClient.Ask(path, Timeout) : null;
            return Items(status is null ? [] : [.. status.Rules.Select(rule => rule.Rule), .. status.Packets.Select(rule => rule.Rule)]);
        }
        catch (StatusUnavailableException)
        {
            return [];
        }
    };

    /// <summary>Words that are always the same.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Words(params string[] words) => _ => Items(words);

    private static IEnumerable<string> FunctionsOf(string binary, string beginning)
    {
        if (BinaryArgument.Find(binary, out _) is not { } path)
        {
            return [];
        }

        using var image = ElfImage.TryOpen(path, out _);

        // Names that a shell would have to quote are left out: with arguments, templates and blanks.
        return image is null
            ? []
            : [.. FunctionList.Of(image, path, beginning + "*", MaxNames).Functions.Select(function => function.Name.Split('(')[0])
                .Where(name => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or ':' or '@' or '/')).Distinct()];
    }

    private static IEnumerable<CompletionItem> Items(IEnumerable<string> words) => words.Select(word => new CompletionItem(word));
}
