using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.DebugInfo;

/// <summary>
/// Wishes and answers about binaries. To start a process for each of a thousand rules would take a minute, so a question is about
/// everything that was wished for a binary.
/// </summary>
/// <typeparam name="TWish">The questions that rules have about one binary.</typeparam>
/// <typeparam name="TAnswers">The answers to them.</typeparam>
internal sealed class FileAnswers<TWish, TAnswers>
    where TWish : new()
    where TAnswers : class
{
    private readonly Dictionary<FileIdentity, TWish> _wishes = [];
    private readonly Dictionary<FileIdentity, TAnswers> _answers = [];

    /// <summary>The questions about a binary, to which more can be added.</summary>
    public TWish WishOf(FileIdentity file)
    {
        if (!_wishes.TryGetValue(file, out var wish))
        {
            _wishes[file] = wish = new TWish();
        }

        return wish;
    }

    /// <summary>The answers about a binary; null when they are not enough.</summary>
    public TAnswers? Known(FileIdentity file, Predicate<TAnswers> isEnough) =>
        _answers.TryGetValue(file, out var answers) && isEnough(answers) ? answers : null;

    /// <summary>Keeps the answers about a binary.</summary>
    public TAnswers Keep(FileIdentity file, TAnswers answers) => _answers[file] = answers;

    /// <summary>Forgets all wishes and answers.</summary>
    public void Forget()
    {
        _wishes.Clear();
        _answers.Clear();
    }
}
