using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.RuleFiles;
using TraceAgent.Engine.Trust;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Tests.Reconciling;

public sealed partial class LastValidRulesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ProbeResolver _resolver = new();
    private readonly LastValidRules _accepted;

    public LastValidRulesTests() => _accepted = new LastValidRules(_resolver, new PrefixSource());

    public void Dispose()
    {
        _resolver.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void After_a_restart_the_rules_without_errors_are_active_and_a_mistake_outside_of_them_is_told_once()
    {
        var binary = _folder.Write("shop", "no program");
        var file = Given.File(
            "a.yaml",
            $"rules:\n  - {{name: one, binary: {binary}x, symbol: A}}\n  - {{name: two, binary: {binary}x, symbol: B, oon: call}}\n"
                + $"  - {{name: one, binary: {binary}x, symbol: C}}\nlabel: {{a: b}}\n");

        var found = _accepted.Evaluate([file]);

        Assert.Equal(["one"], found.Desired.Select(probe => probe.Rule.Name.Value));
        Assert.Equal([new RejectedFile("a.yaml", Errors: 3, RulesKept: 1, Rules: 1)], found.Rejected);
        Assert.Equal(["two"], found.Errors.Select(error => error.Rule?.Value));
        Assert.Equal(3, found.News.Count(news => news.Diagnostic.Severity == Severity.Error));
        Assert.Empty(_accepted.Evaluate([file]).News);
    }

    [Fact]
    public void A_file_that_others_can_write_makes_no_rule_active_also_at_the_start()
    {
        var path = _folder.Write("a.yaml", "rules:\n  - {name: one, binary: /no/such, symbol: A}\n");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);

        var found = _accepted.Evaluate([RuleFileLoader.Load(path, new PathTrust(TrustedUsers.OfThisProcess()))]);

        Assert.Equal("TA293", Assert.Single(found.News).Diagnostic.Code);
        Assert.Empty(found.Desired);
        Assert.Equal([null, "one"], found.Errors.Select(error => error.Rule?.Value));
        Assert.Single(found.Errors.Select(error => error.Reason).Distinct());
    }

    [Fact]
    public void A_mistake_in_one_rule_is_the_error_of_that_rule_and_the_others_that_changed_wait_for_it()
    {
        var binary = _folder.Write("shop", "no program");
        RuleFile Of(string symbol, string key) => Given.File(
            "a.yaml",
            $"rules:\n  - {{name: same, binary: {binary}x, symbol: A}}\n  - {{name: wrong, binary: {binary}x, symbol: B, {key}: call}}\n"
                + $"  - {{name: edited, binary: {binary}x, symbol: {symbol}}}\n");
        _accepted.Evaluate([Of("C", "on")]);

        var broken = _accepted.Evaluate([Of("D", "oon")]);
        var corrected = _accepted.Evaluate([Of("D", "on")]);

        Assert.Equal(
            [("wrong", false), ("edited", true)], broken.Errors.Select(error => (error.Rule!.Value, error.Waits)));
        Assert.StartsWith("a.yaml:3:", broken.Errors[0].Reason, StringComparison.Ordinal);
        Assert.Equal("waits until a.yaml has no errors", broken.Errors[1].Reason);
        Assert.Single(broken.News);
        Assert.Equal([("a.yaml", 3)], corrected.Accepted);
        Assert.Empty(corrected.Errors);
    }

    [Fact]
    public void A_mistake_in_no_rule_at_all_is_one_error_of_the_file_while_its_rules_are_active()
    {
        var binary = _folder.Write("shop", "no program");
        var file = Given.File(
            "a.yaml", $"rules:\n  - {{name: one, binary: {binary}x, symbol: A}}\n  - {{name: two, binary: {binary}x, symbol: B}}\n");
        var mistaken = Given.File(
            "a.yaml",
            $"label: {{a: b}}\nrules:\n  - {{name: one, binary: {binary}x, symbol: A}}\n  - {{name: two, binary: {binary}x, symbol: B}}\n");

        var found = _accepted.Evaluate([mistaken]);
        var corrected = _accepted.Evaluate([file]);

        Assert.Equal(2, found.Desired.Count);
        Assert.Null(Assert.Single(found.Errors).Rule);
        Assert.Equal([("a.yaml", 2)], corrected.Accepted);
    }

    [Fact]
    public void Rules_of_all_files_are_active_and_wait_for_their_binaries()
    {
        var found = _accepted.Evaluate([File("a.yaml", "add", "buy"), File("b.yaml", "sell")]);

        Assert.Equal(["add", "buy", "sell"], Active(found));
        Assert.Equal(["add", "buy", "sell"], found.Pending.Select(one => one.Rule.Name.Value));
        Assert.All(found.Desired, one => Assert.Null(one.Probe));
        Assert.Empty(found.News);
    }

    [Fact]
    public void A_file_that_breaks_keeps_its_last_good_rules_and_the_others_proceed()
    {
        _accepted.Evaluate([File("a.yaml", "add", "buy"), File("b.yaml", "sell")]);

        var found = _accepted.Evaluate([Broken("a.yaml"), File("b.yaml", "sell", "refund")]);

        Assert.Equal(["add", "buy", "sell", "refund"], Active(found));
        Assert.Equal([new RejectedFile("a.yaml", Errors: 1, RulesKept: 2, Rules: 1)], found.Rejected);
        Assert.Equal(Severity.Error, Assert.Single(found.News).Diagnostic.Severity);
    }

    [Fact]
    public void A_file_whose_mistakes_are_gone_is_told_once()
    {
        Assert.Empty(_accepted.Evaluate([File("a.yaml", "add"), File("b.yaml", "sell")]).Accepted);
        Assert.Empty(_accepted.Evaluate([Broken("a.yaml"), File("b.yaml", "sell")]).Accepted);
        var corrected = File("a.yaml", "add", "buy");

        Assert.Equal([("a.yaml", 2)], _accepted.Evaluate([corrected, File("b.yaml", "sell")]).Accepted);
        Assert.Empty(_accepted.Evaluate([corrected, File("b.yaml", "sell")]).Accepted);
    }

    [Fact]
    public void A_file_that_was_never_good_has_no_active_rules()
    {
        var found = _accepted.Evaluate([Broken("a.yaml"), File("b.yaml", "sell")]);

        Assert.Equal(["sell"], Active(found));
        Assert.Equal([new RejectedFile("a.yaml", Errors: 1, RulesKept: 0, Rules: 1)], found.Rejected);
    }

    [Fact]
    public void A_rule_that_names_an_unknown_output_keeps_its_file_out_until_there_is_one()
    {
        string[]? names = ["audit"];
        var accepted = new LastValidRules(_resolver, new PrefixSource(), () => names);
        var file = Given.File("a.yaml", "rules:\n  - {name: add, binary: /nonexistent/shop, symbol: Add, output: audti}\n");

        var refused = accepted.Evaluate([file]);
        Assert.Empty(Active(refused));
        var diagnostic = Assert.Single(refused.News).Diagnostic;
        Assert.Equal("TA112 2:65 no output is called 'audti' (did you mean 'audit'?)",
            $"{diagnostic.Code} {diagnostic.At.Line}:{diagnostic.At.Column} {diagnostic.Message} ({diagnostic.Hint})");

        names = ["audit", "audti"];
        Assert.Equal(["add"], Active(accepted.Evaluate([file])));

        names = [];
        var gone = accepted.Evaluate([file]);
        Assert.Equal(["add"], Active(gone));
        Assert.Equal(Severity.Warning, Assert.Single(gone.News).Diagnostic.Severity);
    }

    [Fact]
    public void A_file_that_is_corrected_is_active_again()
    {
        _accepted.Evaluate([File("a.yaml", "add")]);
        _accepted.Evaluate([Broken("a.yaml")]);

        var found = _accepted.Evaluate([File("a.yaml", "buy")]);

        Assert.Equal(["buy"], Active(found));
        Assert.Empty(found.Rejected);
    }

    [Fact]
    public void The_rules_of_a_file_that_is_gone_go_also_when_it_was_broken()
    {
        _accepted.Evaluate([File("a.yaml", "add"), File("b.yaml", "sell")]);
        _accepted.Evaluate([Broken("a.yaml"), File("b.yaml", "sell")]);

        Assert.Equal(["sell"], Active(_accepted.Evaluate([File("b.yaml", "sell")])));
    }

    [Fact]
    public void What_is_wrong_is_said_once()
    {
        RuleFile[] versions = [Broken("a.yaml"), With(File("b.yaml", "sell"), Doubt(2))];
        Assert.Equal(2, _accepted.Evaluate(versions).News.Count);

        var again = _accepted.Evaluate(versions);

        Assert.Empty(again.News);
        Assert.Empty(again.Rejected);
    }

    [Fact]
    public void Warnings_keep_no_rule_from_being_active()
    {
        var found = _accepted.Evaluate([With(File("a.yaml", "add"), Doubt(2))]);

        Assert.Equal(["add"], Active(found));
        Assert.Empty(found.Rejected);
        Assert.Equal(Doubt(2), Assert.Single(found.News).Diagnostic);
    }

    [Fact]
    public void What_a_binary_is_refused_for_is_said_at_the_place_where_the_rule_now_stands()
    {
        var text = _folder.Write("notes", "no program");
        var before = Assert.Single(_accepted.Evaluate([Rules("a.yaml", "\n", Line("add", text))]).News).Diagnostic;

        var after = Assert.Single(_accepted.Evaluate([Rules("a.yaml", "\n\n\n", Line("add", text))]).News).Diagnostic;

        Assert.Equal((3, 5), (before.At.Line, after.At.Line));
        Assert.Equal(before.Message, after.Message);
    }

    [Fact]
    public void A_file_is_accepted_when_its_binary_changes_to_one_that_can_be_probed()
    {
        var binary = _folder.Write("shop", "no program");
        var file = Rules("a.yaml", "", Line("add", binary));
        Assert.Single(_accepted.Evaluate([file]).Rejected);

        System.IO.File.Delete(binary);

        Assert.Equal(["add"], Active(_accepted.Evaluate([file])));
    }

    private readonly Dictionary<string, RuleFile> _files = [];

    private RuleFile File(string path, params string[] names) =>
        _files[path] = Rules(path, "", [.. names.Select(name => Line(name, _folder["missing"]))]);

    private static RuleFile Rules(string path, string before, params string[] lines) =>
        Given.File(path, $"{before}rules:\n{string.Concat(lines)}");

    private static string Line(string name, string binary) => $"  - {{name: {name}, binary: {binary}, symbol: AddNum}}\n";

    private static RuleFile Broken(string path) =>
        Given.File(path, "rules:\n  - {name: add, binry: shop, binary: shop, symbol: AddNum}\n");

    private static RuleFile With(RuleFile file, Diagnostic diagnostic) =>
        file with { Diagnostics = [diagnostic] };

    private static Diagnostic Doubt(int line) => Diagnostic.Warning("TA199", new SourceSpan("b.yaml", line, 1, 1), "doubtful");

    private static RuleFile[] InOrder(params RuleFile[] files) =>
        [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];

    private static IEnumerable<string> Active(RuleEvaluation evaluation) => evaluation.Desired.Select(one => one.Rule.Name.Value);
}
