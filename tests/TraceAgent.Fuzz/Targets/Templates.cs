using System.Text;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules;
using TraceAgent.Rules.Templates;

namespace TraceAgent.Fuzz.Targets;

/// <summary>Message templates: what we accept, Serilog reads the same way.</summary>
internal sealed class Templates : FuzzTarget
{
    private static readonly string[] Words =
    [
        "{", "}", "{{", "}}", ":", ",", "-", "+",
        "@", "$", "arg1", "fd", "path", "time", "duration", "ret", "exe", "cgroup", "nope", "x8", "X", "d", "n2", "ms", "us", "s", "0", "8",
        "20", "1000", "1001", "HH:mm", "o", "%", "'", "\\",
        "\"", "<", "|", "yyyy", " ", "é", "\u200b", "😀", "\ud800", "\n", "{arg1}", "{fd,8:x}", "{time:", "{duration:", "{path,-", "{@",
    ];

    private static readonly Dictionary<string, EventName> Names = EventNames.Of(
        EventKind.Call, [new NamedValue("fd", CaptureType.Default) { Alias = "arg1" }, new NamedValue("path", new CaptureType.Text(10))],
        [new NamedValue("ret", new CaptureType.Errno())]);

    public override byte[] Make(Random random) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 4))
            .Select(_ => random.Next(2) == 0 ? Mutation.Words(random, Words, 6) : Hole(random))));

    private static string Hole(Random random) =>
        $"{{{random.Pick(["", "", "@", "$"])}{random.Pick(Names.Keys.ToArray())}{Part(random, ",")}{Part(random, ":")}}}";

    private static string Part(Random random, string sign) =>
        random.Next(2) == 0 ? sign + Mutation.Words(random, Words[6..], 3) : "";

    public override void Check(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var problems = new List<TemplateProblem>();
        var template = MessageTemplateParser.Parse(text, Names, _ => null, problems.Add);
        Assert.All(problems, problem =>
        {
            Assert.InRange(problem.Start, 0, text.Length);
            Assert.InRange(problem.Length, 0, text.Length - problem.Start);
        });
        if (problems.Count == 0)
        {
            Assert.Equal(template.Tokens.Select(Written), BySerilog(template.Text));
            Assert.Equal(template, MessageTemplateParser.Parse(template.Text, Names, _ => null, problem => Assert.Fail(problem.Message)));
        }
    }

    private static string Written(MessageToken token) =>
        token is MessageToken.Hole hole ? $"{{{hole.Name},{hole.Alignment ?? 0}:{hole.Format}}}" : ((MessageToken.Literal)token).Text;

    private static IEnumerable<string> BySerilog(string text) => new Serilog.Parsing.MessageTemplateParser().Parse(text).Tokens
        .Where(token => token is not Serilog.Parsing.TextToken { Text: "" })
        .Select(token => token is Serilog.Parsing.PropertyToken hole
            ? $"{{{hole.PropertyName},{WidthOf(hole.Alignment)}:{hole.Format}}}"
            : ((Serilog.Parsing.TextToken)token).Text);

    private static int WidthOf(Serilog.Parsing.Alignment? alignment) => alignment switch
    {
        { Direction: Serilog.Parsing.AlignmentDirection.Left } left => -left.Width,
        { } right => right.Width,
        null => 0,
    };
}
