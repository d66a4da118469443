using TraceAgent.Capture;

namespace TraceAgent.Symbols.Functions;

/// <summary>The functions that the gate refused, of several that a rule names: counted by reason, and reported once.</summary>
/// <param name="displayPath">The binary.</param>
/// <param name="asked">The rule's name for them.</param>
/// <param name="total">The number of functions.</param>
internal sealed class SkippedFunctions(string displayPath, string asked, int total)
{
    private readonly Dictionary<string, (int Count, List<string> Examples, SiteProblem First)> _byCode = [];
    private readonly Dictionary<string, SiteProblem> _warnings = [];
    private int _count;

    /// <summary>A part of a function that is jumped to.</summary>
    public static SiteProblem NotEntered { get; } = new(SiteCodes.ReturnNotAtEntry, Refused: true, "", "use `on: entry`");

    public void Add(FunctionRange function, SiteProblem problem)
    {
        const int maxExamples = 2;
        _count++;
        var (count, examples, first) = _byCode.GetValueOrDefault(problem.Code, (0, [], problem));
        if (examples.Count < maxExamples)
        {
            examples.Add(function.Shown);
        }

        _byCode[problem.Code] = (count + 1, examples, first);
    }

    public void AddIndirect(int count)
    {
        if (count > 0)
        {
            _count += count;
            _byCode[SiteCodes.IndirectFunction] = (count, [], new SiteProblem(SiteCodes.IndirectFunction, Refused: true, ""));
        }
    }

    /// <summary>Adds the warnings of a site that is probed; the first of each kind is reported.</summary>
    public void Warn(List<SiteProblem> problems)
    {
        foreach (var problem in problems)
        {
            _warnings.TryAdd(problem.Code, problem);
        }
    }

    public IEnumerable<SiteProblem> Problems(bool anySites)
    {
        if (_count > 0)
        {
            var reasons = _byCode.OrderByDescending(item => item.Value.Count).ThenBy(item => item.Key, StringComparer.Ordinal).ToList();
            var text = string.Join("; ", reasons.Select(item =>
                FormattableString.Invariant($"{item.Value.Count:N0} {Reason(item.Key)}{Examples(item.Value.Examples, item.Value.Count)}")));
            yield return anySites
                ? new SiteProblem(
                    SiteCodes.SomeSkipped, Refused: false,
                    FormattableString.Invariant(
                        $"{_count:N0} of the {total:N0} functions of {displayPath} that '{asked}' matches ") +
                    $"{Plural.Verb(_count)} not probed: {text}")
                : new SiteProblem(
                    reasons[0].Key, Refused: true,
                    (total == 1 ? "the one function" : FormattableString.Invariant($"none of the {total:N0} functions")) +
                        $" of {displayPath} that '{asked}' matches {(total == 1 ? "cannot" : "can")} be probed: {text}",
                    reasons[0].Value.First.Hint);
        }

        foreach (var warning in _warnings.Values)
        {
            yield return warning;
        }
    }

    private static string Examples(List<string> names, int count) =>
        names.Count == 0 ? "" : $" ({string.Join(", ", names)}{(count > names.Count ? ", …" : "")})";

    private static string Reason(string code) => code switch
    {
        SiteCodes.IndirectFunction => "IFUNC",
        SiteCodes.BeyondFunction => "shorter than the distance",
        SiteCodes.InsideInstruction => "where no instruction begins",
        SiteCodes.FiveByteNop => "with a 5-byte NOP there",
        SiteCodes.UnprobeableInstruction => "with an instruction there that the kernel cannot probe",
        SiteCodes.ReturnNotAtEntry => "not entered by a call",
        SiteCodes.ReturnsOtherwise => "that do not return once to their caller",
        SiteCodes.ExceptionsEnd => "that an exception or panic may leave",
        SiteCodes.SwitchesStacks => "whose returns a program with several stacks makes unsafe",
        SiteCodes.LinkageTable => "in the table of jumps to other files (PLT)",
        SiteCodes.GoReturn => "in a Go program, whose returns cannot be followed",
        SiteCodes.GoEntry => "of Go, whose first instruction may run twice when the stack grows",
        SiteCodes.NoReturnInstruction => "whose return instructions cannot be found",
        _ => $"refused ({code})",
    };
}
