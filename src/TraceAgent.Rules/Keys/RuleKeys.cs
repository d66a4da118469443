using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Keys.Captures;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Keys.Lines;
using TraceAgent.Rules.Keys.Places;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys;

/// <summary>The keys of a rule.</summary>
internal static class RuleKeys
{
    private const int MaxSites = 10_000;

    private static readonly Dictionary<string, ProbeTrigger> Triggers = new()
    {
        ["entry"] = ProbeTrigger.Entry,
        ["return"] = ProbeTrigger.Return,
        ["both"] = ProbeTrigger.Both,
        ["call"] = ProbeTrigger.Call,
    };

    private static readonly Dictionary<string, MissingRule> MissingRules = new()
    {
        ["mark"] = MissingRule.Mark,
        ["skip"] = MissingRule.Skip,
        ["refuse"] = MissingRule.Refuse,
    };

    private static readonly Dictionary<string, bool> PlacesOfLine = new() { ["first"] = false, ["all"] = true };

    private static readonly Dictionary<string, bool> ReturnPlaces = new() { ["caller"] = false, ["ret"] = true };

    private static readonly Dictionary<string, bool> Reads = new() { ["may_wait"] = false, ["plain"] = true };

    public static KeyTable<RuleDraft> Table { get; } = new(
        LineKeys.Name<RuleDraft>(),
        new Key<RuleDraft>(
            "binary",
            "The program or library to probe: a path, which starts at the folder of this file when it is relative; " +
                "a pattern of paths, with * and ?; the name of a library, as libssl.so.3; or {process: nginx}, the executable of every " +
                "process of that name.",
            TargetValue.Schema,
            TargetValue.Read)
        { Required = true },
        new Key<RuleDraft>(
            "target",
            "Which processes to log, of those that run the binary: {pid: 1234}, {process: nginx}, {user: www-data}, {cgroup: " +
                "system.slice/nginx.service}, {container: 4f5a…}. Decided in the kernel.",
            FilterKeys.Table.Schema(),
            FilterKeys.Read),
        new Key<RuleDraft>(
            "symbol",
            "The function, as nm prints it or as C++ and Rust sources have it; * and ? stand for any characters. With +0x… an " +
                "instruction inside it, counted in bytes from its start.",
            PlaceValue.SymbolSchema,
            PlaceValue.ReadSymbol),
        new Key<RuleDraft>(
            "offset",
            "The address of the instruction in the binary, as nm and objdump print it; file+0x… counts bytes from the start of the file.",
            JsonSchema.Scalar.Minimum(0).Pattern(@"^(file\+)?(0[xX][0-9a-fA-F]+|[0-9]+)$").Examples("0x117d", "file+0x117d"),
            PlaceValue.ReadOffset),
        new Key<RuleDraft>(
            "usdt",
            "The USDT probes that the binary marks by this provider and name; * and ? stand for any characters.",
            PlaceValue.UsdtSchema,
            PlaceValue.ReadUsdt),
        new Key<RuleDraft>(
            "line",
            "The line of a source file, as debug information has it: cart.c:42, by the end of its path; cart.c:42:7 with the column; or "
                + "handle_req:+3, the third line after the one that the function begins on. Every inlined copy is probed.",
            LineValue.Schema,
            LineValue.Read),
        new Key<RuleDraft>(
            "nearest",
            "true takes the next line with code when line has none.",
            JsonSchema.Boolean.Default(false),
            (rule, entry, bag) => rule.TakesNextLine = ScalarValue.Boolean(entry, bag) ?? false),
        new Key<RuleDraft>(
            "places",
            "Which places of line in a function: first (the default), where its code begins; all, where optimization made several: "
                + "each round of an unrolled loop, but also each part of code that was moved apart, which logs one run more than once.",
            JsonSchema.Enum("first", "all").Default("first"),
            (rule, entry, bag) => rule.TakesAllPlaces = ScalarValue.OneOf(entry, PlacesOfLine, bag) ?? false),
        new Key<RuleDraft>(
            "max_sites",
            "The maximum number of places that symbol, usdt or line may match in a binary, 1 to 10000; 512 without this key. More are an "
                + "error.",
            JsonSchema.Integer.Minimum(1).Maximum(10000).Default(512).Examples(2000),
            (rule, entry, bag) => rule.MaxSites = ScalarValue.Integer(entry, 1, MaxSites, bag) ?? rule.MaxSites),
        new Key<RuleDraft>(
            "args",
            "How many arguments to log, called arg1, arg2, … and read as signed 64-bit numbers; or names and types in order: " +
                "[fd: int, path: string, _, buf: \"bytes(count)\", count: size_t]. An _ skips one. " +
                "auto: the parameters as debug information has them.",
            ArgumentsValue.Schema,
            ArgumentsValue.Read),
        new Key<RuleDraft>(
            "depth",
            "How many structures in structures are shown of one that is captured as a whole, 1 to 16; 4 without this key.",
            JsonSchema.Integer.Minimum(1).Maximum(StructureLimits.MaxDepth).Default(StructureLimits.DefaultDepth).Examples(2),
            (rule, entry, bag) => rule.Limits = rule.Limits with
            {
                Depth = ScalarValue.Integer(entry, 1, StructureLimits.MaxDepth, bag) ?? rule.Limits.Depth,
            }),
        new Key<RuleDraft>(
            "max_bytes",
            "How many of its first bytes are shown of a structure that is captured as a whole, 1 to 4096; 512 without this key.",
            JsonSchema.Integer.Minimum(1).Maximum(StructureLimits.BytesLimit).Default(StructureLimits.DefaultBytes).Examples(2048),
            (rule, entry, bag) => rule.Limits = rule.Limits with
            {
                MaxBytes = ScalarValue.Integer(entry, 1, StructureLimits.BytesLimit, bag) ?? rule.Limits.MaxBytes,
            }),
        new Key<RuleDraft>(
            "signature",
            "The C prototype of the function: names and types of its arguments, and the type of its return value. Instead of args.",
            SignatureValue.Schema,
            SignatureValue.Read),
        new Key<RuleDraft>(
            "capture",
            "Computed values by name: expressions such as \"*(int32*)(arg1 + 16)\", or {value: expression, type: string(64)}. Or a list: " +
                "[req->user->name, {cents: \"base + bonus\"}], and with debug information $args and $locals, all parameters or all " +
                "other variables.",
            CaptureKeys.Schema,
            CaptureKeys.Read),
        new Key<RuleDraft>(
            "missing",
            "What happens at places where debug information has no value for what is captured: mark (the default) logs why; skip does "
                + "not probe them; refuse refuses the rule.",
            JsonSchema.Enum("mark", "skip", "refuse").Default("mark"),
            (rule, entry, bag) => rule.Missing = ScalarValue.OneOf(entry, MissingRules, bag) ?? MissingRule.Mark),
        new Key<RuleDraft>(
            "when",
            "Log only when this is true: an expression such as \"status >= 500 && duration > 10ms && path ~ '/api/*'\". " +
                "Decided in the kernel.",
            CaptureKeys.ExpressionSchema,
            (rule, entry, bag) => rule.When = CaptureKeys.Text(entry, bag)),
        new Key<RuleDraft>(
            "sample",
            "Log one in n on average, by chance: 1/100.",
            LimitValues.SampleSchema,
            LimitValues.ReadSample),
        new Key<RuleDraft>(
            "limit",
            "At most this many events per second, with a burst of twice that: 100/s; none without this key.",
            LimitValues.LimitSchema,
            (rule, entry, bag) => rule.LimitPerSecond = LimitValues.Limit(entry, bag)),
        LineKeys.Ttl<RuleDraft>(),
        new Key<RuleDraft>(
            "budget",
            "The share of one CPU that the rule may cost: 2%, or none. Above it the rule is suspended. Without this key " +
                "the agent's default.",
            LimitValues.BudgetSchema,
            (rule, entry, bag) => rule.BudgetPercent = LimitValues.Budget(entry, bag)),
        new Key<RuleDraft>(
            "reads",
            "What happens with memory that is not present yet: may_wait (the default) lets the program wait for it, "
                + "where wait_for_pages of the agent allows it; plain never waits, and it is a fault.",
            JsonSchema.Enum("may_wait", "plain").Default("may_wait"),
            (rule, entry, bag) => rule.ReadsPlainly = ScalarValue.OneOf(entry, Reads, bag) ?? false),
        new Key<RuleDraft>(
            "redact",
            "Values that no output may see, by name or pattern: [password, \"token*\"]. "
                + "Names of secrets are redacted by default, unless {not: [token_count]} says that they are none.",
            RedactValue.Schema,
            RedactValue.Read),
        new Key<RuleDraft>(
            "on",
            "When to log: on entry (the default), on return, on both (two lines), or once per completed call with arguments, return " +
                "value and duration.",
            JsonSchema.Enum("entry", "return", "both", "call").Default("entry"),
            (rule, entry, bag) => rule.On = ScalarValue.OneOf(entry, Triggers, bag)),
        new Key<RuleDraft>(
            "return_at",
            "Where returns are seen: at the instructions by which the function leaves (ret, the default), "
                + "or at the caller, by changing its return address: "
                + "cheaper, but it can crash or hang programs, and needs unsafe: true. Go is always seen at ret.",
            JsonSchema.Enum("ret", "caller").Default("ret"),
            (rule, entry, bag) => rule.ReturnsAtInstructions = ScalarValue.OneOf(entry, ReturnPlaces, bag) ?? true),
        LineKeys.Output<RuleDraft>(),
        new Key<RuleDraft>(
            "unsafe",
            "true also probes places that mislead, such as the first instruction of a Go function, "
                + "and lets return_at: caller follow returns in a way that harms some programs; what is known to harm is refused anyway.",
            JsonSchema.Boolean.Default(false),
            (rule, entry, bag) => rule.AllowsUnsafe = ScalarValue.Boolean(entry, bag) ?? false),
        new Key<RuleDraft>(
            "ret",
            "The type of the return value; a signed 64-bit number without this key; void for a function that returns nothing. Or " +
                "names and types of several results, as Go has them: [n: int64, err: go.error]. For on: return, both and call.",
            JsonSchema.AnyOf(JsonSchema.Enum("void"), TypeText.Schema, ArgumentsValue.ListSchema),
            ReadReturn),
        new Key<RuleDraft>(
            "format",
            "The message: a Serilog message template such as \"{symbol} took {duration:ms}\"; or one for each event of on: both.",
            JsonSchema.AnyOf(JsonSchema.String, FormatKeys.Table.Schema()),
            FormatKeys.ReadFormat),
        LineKeys.Level<RuleDraft>(),
        LineKeys.Labels<RuleDraft>())
    {
        ExactlyOneOf = ["symbol", "offset", "usdt", "line"],
        Demands =
        [
            JsonSchema.AnyOf(
                JsonSchema.Empty.Not(JsonSchema.Empty.Required("return_at").Properties(("return_at", JsonSchema.Enum("caller")))),
                JsonSchema.Empty.Required("unsafe").Properties(("unsafe", JsonSchema.IsTrue))),
        ],
    };

    private static void ReadReturn(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is YamlSequence results)
        {
            rule.Results = [
                .. (ArgumentsValue.ReadList("ret", "result", results, bag) ?? []).Select(result => result with { IsResult = true })];
            return;
        }

        if (entry.Value is YamlScalar { Value: "void" })
        {
            rule.ReturnIsVoid = true;
            return;
        }

        var type = TypeValue.Read(entry, bag);
        rule.Return = type?.Spec;
        rule.ReturnSource = type?.Source;
    }
}
