using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Functions;

/// <summary>
/// Counts in the words that a function is passed and that no source names: the address of an object, the address of a place for
/// the result, the dictionary of a generic function of Go. Where the file does not tell, a warning has both readings.
/// </summary>
internal sealed class ArgumentPlaces
{
    private readonly ElfImage _image;
    private readonly string _displayPath;
    private readonly SiteRequest _request;
    private readonly ArgumentUse _use;
    private readonly List<(SiteProblem Problem, string Function)> _warnings = [];

    private ArgumentPlaces(ElfImage image, string displayPath, SiteRequest request) =>
        (_image, _displayPath, _request, _use) = (image, displayPath, request, new ArgumentUse(image));

    private CallForm? Form => _request.Form;

    /// <param name="image">The open image.</param>
    /// <param name="displayPath">The name of the file in messages.</param>
    /// <param name="request">The rule's demands: the arguments that it reads.</param>
    /// <param name="sites">The sites whose arguments are read.</param>
    /// <param name="problems">Receives the warnings.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static List<PlacedSite> Of(
        ElfImage image, string displayPath, SiteRequest request, List<PlacedSite> sites, List<SiteProblem> problems)
    {
        var places = new ArgumentPlaces(image, displayPath, request);
        var placed = sites.ConvertAll(places.Of);
        foreach (var same in places._warnings.GroupBy(warning => warning.Problem.Code))
        {
            var (first, count) = (same.First().Problem, same.Select(warning => warning.Function).Distinct().Count());
            problems.Add(count == 1
                ? first
                : first with { Message = FormattableString.Invariant($"{first.Message}; the same of {count - 1:N0} more") });
        }

        return placed;
    }

    private PlacedSite Of(PlacedSite site)
    {
        var function = site.Function;
        switch (site.Abi)
        {
            case GoSiteAbi go when function is not null:
                return site with { Abi = go with { DictionaryWord = DictionaryOf(function) } };
            case CSiteAbi c:
                if (function is not null && ChangedParameters.Of(_image, function) is { } reason)
                {
                    Warn(
                        function, SiteCodes.ParametersChanged,
                        _request.CapturesArguments
                            ? $"{reason}: its arguments may be other ones, or in other places, than the source has them"
                            : $"{reason}: it may return nothing that the source has, where no call uses its result",
                        "compare them with what the program does, or follow a function that is exported");
                }

                var placed = Form is null
                    ? c
                    : c with { Places = FormOf(function).Places(c.Architecture, HiddenWords(function)) };
                if (function is { IsLocal: false })
                {
                    WarnOfUnused(function, placed);
                }

                return site with { Abi = placed };
            default:
                return site;
        }
    }

    /// <summary>Warns of arguments that need not be passed: see <see cref="ArgumentUse"/>.</summary>
    private void WarnOfUnused(FunctionRange function, CSiteAbi abi)
    {
        if (_image.Architecture != Architecture.X64 || !ChangedParameters.MayDropUnread(_image, function))
        {
            return;
        }

        var names = _request.Arguments.Where(argument => !_use.IsRead(function, abi.PlaceOf(argument.Word)))
            .Select(argument => $"'{argument.Name}'").Distinct().ToList();
        if (names.Count > 0)
        {
            var them = names.Count == 1 ? "it" : "them";
            Warn(
                function, SiteCodes.ParametersChanged,
                $"nothing in it surely reads {string.Join(" and ", names)}: "
                    + $"clang and Rust pass nothing for {them} from calls in the same file when the function does not use {them}",
                $"compare {them} with what the program does, or read {them} in the functions that call it");
        }
    }

    /// <summary>The form of a call: Rust passes both words of a text as if they were values of their own.</summary>
    private CallForm FormOf(FunctionRange? function) => function is not null && ChangedParameters.IsRust(function)
        ? Form! with { Parameters = Enumerable.Repeat(1, Form!.Parameters.Sum()).ToEquatableArray() }
        : Form!;

    private int HiddenWords(FunctionRange? function)
    {
        var scope = new CalledScope(_image.Functions, function, Form!);
        var words = scope.HasObject ? 1 : 0;
        switch (scope.Uncertainty)
        {
            case ObjectUncertainty.MayBeStatic:
                Warn(
                    function, SiteCodes.ObjectUncertain,
                    $"'{scope.Shown}' is a class: the arguments are read after the address of its object, "
                        + "and each is one place before that if the function is static",
                    "write 'static' before the prototype when there is no object, "
                        + $"or '{scope.Shown} *this' as its first parameter when there is");
                break;
            case ObjectUncertainty.MayBeMember:
                Warn(
                    function, SiteCodes.ObjectUncertain,
                    $"nothing tells whether '{scope.Shown}' is a namespace or a class: "
                        + "the arguments are read as of a function without an object, "
                        + "and each is one place further in one with",
                    "write 'static' before the prototype when there is no object, "
                        + $"or '{scope.Shown} *this' as its first parameter when there is");
                break;
            case ObjectUncertainty.Contradiction:
                Warn(
                    function, SiteCodes.PrototypeContradicts,
                    "the prototype is that of a member function, but by its name it is none: "
                        + "the arguments are read as of a function without an object",
                    "write the prototype as the source has it");
                break;
        }

        // On arm64 the address has a register of its own (Procedure Call Standard, 6.9).
        var isPassed = _image.Architecture == Architecture.X64;
        if (Form!.Result == ResultPlace.OfClass && isPassed && !scope.IsPassedByAddress(Form!.ResultClass))
        {
            words += scope.IsCpp ? 1 : 0;
            Warn(
                function, SiteCodes.ResultUncertain,
                $"nothing tells how a '{Form!.ResultClass}' is returned: the arguments are read as "
                    + (scope.IsCpp
                        ? "after the address of a place for it, and each is one place before"
                        : "if it came back in registers, and each is one place further")
                    + " otherwise",
                "when it is larger than 16 bytes or has a destructor or copy constructor, "
                    + $"write '{Form!.ResultClass} *' as return type and '{Form!.ResultClass} *result' as first parameter; "
                    + "else write 'long' as return type");
        }
        else if (Form!.Result != ResultPlace.Registers && isPassed)
        {
            words++;
        }

        return words;
    }

    private int? DictionaryOf(FunctionRange function)
    {
        var word = GoGenerics.DictionaryWord(function.Name, _image.GoMinor, out var isUncertain);
        if (isUncertain)
        {
            Warn(
                function, SiteCodes.DictionaryUncertain,
                "the words are counted as they are passed: "
                    + "after those of the receiver comes the hidden dictionary of a generic type",
                "write '_' after the words of the receiver");
        }

        return word;
    }

    private void Warn(FunctionRange? function, string code, string message, string hint)
    {
        var shown = function is { Shown.Length: > 0 } ? function.Shown : "the function";
        _warnings.Add((new SiteProblem(code, Refused: false, $"{shown} in {_displayPath}: {message}", hint), shown));
    }
}
