using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Types;

/// <summary>The words of a prototype that is being read. The first problem is reported, and ends the reading.</summary>
internal sealed class PrototypeWords
{
    private readonly Action<TextProblem> _report;

    private PrototypeWords(List<Token> tokens, Action<TextProblem> report)
    {
        _report = report;
        Types = new TypeReader(tokens, Report) { ReadsTemplates = true };
    }

    /// <summary>Reads the types among the words.</summary>
    public TypeReader Types { get; }

    /// <summary>True when a problem was reported.</summary>
    public bool Failed { get; private set; }

    public Token Current => Types.Current;

    /// <summary>Splits a text into words; null when it has signs that no prototype has, which is reported.</summary>
    public static PrototypeWords? Of(string text, Action<TextProblem> report)
    {
        var isRead = true;
        var tokens = Tokenizer.Read(text, problem =>
        {
            isRead = false;
            report(OfSignature(problem));
        });
        return isRead ? new PrototypeWords(tokens, report) : null;
    }

    public void Next() => Types.At++;

    /// <summary>Passes over a sign; false when it is not there, which is reported.</summary>
    public bool Expect(string sign)
    {
        if (!Current.Is(sign))
        {
            Unexpected($"a '{sign}' belongs here");
            return false;
        }

        Next();
        return true;
    }

    /// <summary>Passes over brackets and what is in them.</summary>
    public void SkipBrackets(string open, string close)
    {
        var depth = 0;
        do
        {
            if (Current.Is(open))
            {
                depth++;
            }
            else if (Current.Is(close))
            {
                depth--;
            }

            if (Current.Kind == TokenKind.End)
            {
                Unexpected($"a '{close}' belongs here");
                return;
            }

            Next();
        }
        while (depth > 0);
    }

    /// <summary>The type as rules have it; null when its values cannot be read, which is reported.</summary>
    public TypeSpec? Specify(NamedType type)
    {
        if (type.Specify(out var problem) is { } spec)
        {
            return spec;
        }

        Report(problem);
        return null;
    }

    /// <summary>Reports the current word.</summary>
    public void Unexpected(string hint) =>
        Report(new TextProblem(
            Current.Start, Math.Max(1, Current.Length), DiagnosticCode.SignatureSyntax, $"unexpected {Current.Noun}", hint));

    private void Report(TextProblem problem)
    {
        if (!Failed)
        {
            _report(OfSignature(problem));
        }

        Failed = true;
    }

    private static TextProblem OfSignature(TextProblem problem) =>
        problem.Code == DiagnosticCode.ExpressionSyntax ? problem with { Code = DiagnosticCode.SignatureSyntax } : problem;
}
