using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.CommandLine;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>Rules that are typed as words of a command line.</summary>
public sealed class CommandLineRuleTests
{
    [Theory]
    [InlineData("/bin/bash:readline() -> string", "binary: /bin/bash|symbol: readline|ret: string|on: return")]
    [InlineData("/bin/bash:readline", "binary: /bin/bash|symbol: readline")]
    [InlineData("libc.so.6:malloc(1) -> ptr", "binary: libc.so.6|symbol: malloc|args: 1|ret: ptr|on: call")]
    [InlineData("libc.so.6:open(path: string, flags: int)", "binary: libc.so.6|symbol: open|args: [path: string, flags: int]")]
    [InlineData(
        "libc.so.6:write(_, buf: bytes(len), len: size_t)", "binary: libc.so.6|symbol: write|args: [_, buf: 'bytes(len)', len: size_t]")]
    [InlineData("/srv/x:f(kind: enum {0: GET, 1: POST}, size)", "binary: /srv/x|symbol: f|args: [kind: 'enum {0: GET, 1: POST}', size]")]
    [InlineData("/srv/x:f(const char *path, int flags)", "binary: /srv/x|symbol: f|signature: 'int64_t f(const char *path, int flags)'")]
    [InlineData("/srv/x:f(int n) -> void", "binary: /srv/x|symbol: f|signature: 'void f(int n)'|on: call")]
    [InlineData("/srv/x:shop::Cart::add(int)(2)", "binary: /srv/x|symbol: 'shop::Cart::add(int)'|args: 2")]
    [InlineData("/srv/x:shop::Cart::count() const", "binary: /srv/x|symbol: 'shop::Cart::count() const'")]
    [InlineData("/srv/x:shop::operator()", "binary: /srv/x|symbol: 'shop::operator()'")]
    [InlineData("/srv/x:main.Read(path: go.string) -> (count: int64, _, failure: go.error)",
        "binary: /srv/x|symbol: main.Read|args: [path: go.string]|ret: [count: int64, _, failure: go.error]|on: call")]
    [InlineData("/srv/x:main.Read() -> (count: int64, body: []byte)",
        "binary: /srv/x|symbol: main.Read|ret: [count: int64, body: '[]byte']|on: return")]
    [InlineData("/srv/x:shop::P::operator->", "binary: /srv/x|symbol: 'shop::P::operator->'")]
    [InlineData("/srv/x:main.(*Server).handle(1)", "binary: /srv/x|symbol: 'main.(*Server).handle'|args: 1")]
    [InlineData("/srv/x:0x117d(2)", "binary: /srv/x|offset: '0x117d'|args: 2")]
    [InlineData("/srv/x:file+0x117d", "binary: /srv/x|offset: file+0x117d")]
    [InlineData("libstdc++.so.6:usdt:libstdcxx:throw(2)", "binary: libstdc++.so.6|usdt: 'libstdcxx:throw'|args: 2")]
    [InlineData("process:nginx:ngx_http_*", "binary:|  process: nginx|symbol: 'ngx_http_*'")]
    [InlineData("bin/x:f+0x14", "binary: /home/me/bin/x|symbol: f+0x14")]
    [InlineData("/srv/x:int add(int a, int b)", "binary: /srv/x|symbol: add|signature: 'int add(int a, int b)'|on: call")]
    public void A_place_says_keys_of_a_rule(string word, string expected)
    {
        var keys = Assert.IsType<string>(Read([word]).Yaml)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(line => line[4..]);

        Assert.Equal(expected, string.Join('|', keys));
    }

    [Theory]
    [InlineData("server:cart.c:42", null, "cart.c:42", null)]
    [InlineData("server", "src/cart.c:42:7", "src/cart.c:42:7", null)]
    [InlineData("server:shop::Cart::add:+3", "{total} of {this->name}", "shop::Cart::add:+3", "{total} of {this_name}")]
    public void A_line_of_source_is_a_place(string first, string? second, string line, string? message)
    {
        var read = CommandLineRule.Read("trace", "/srv", second is null ? [first] : [first, second], []);

        Assert.Empty(read.File.Diagnostics);
        var rule = read.File.Rules[0];
        Assert.Equal(line, Assert.IsType<Location.Line>(rule.Where.Value).Text);
        Assert.Contains(line, read.Yaml, StringComparison.Ordinal);
        Assert.Equal(message is not null, read.Yaml!.Contains("format:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_prototype_may_stand_by_itself_after_the_binary()
    {
        var rule = Assert.Single(Read(["/srv/x", "ssize_t write(int fd, const char *buf, size_t count)"]).File.Rules);

        Assert.Equal(new Location.Symbol("write", 0), rule.Where.Value);
        Assert.Equal(ProbeTrigger.Call, rule.On);
        Assert.Equal(["fd", "buf", "count"], rule.Syntax.Arguments.Select(argument => argument.Name));
    }

    [Fact]
    public void Options_are_keys_too_and_say_when_instead_of_the_place()
    {
        var reading = Read(
            ["/bin/x:f(2) -> int"], ("--on", "on", "both"), ("--when", "when", "pid > 1"), ("--capture", "capture", "low = arg1 & 3"),
            ("--capture", "capture", "name: string(8) = arg2"), ("--limit", "limit", "5/s"), ("--pid", "pid", "12"));

        Assert.Empty(reading.File.Diagnostics);
        var rule = Assert.Single(reading.File.Rules);
        Assert.Equal(ProbeTrigger.Both, rule.On);
        Assert.Equal(["low", "name"], rule.Syntax.Captures.Select(capture => capture.Name));
        Assert.Equal(5, rule.LimitPerSecond);
        Assert.NotNull(rule.Syntax.When);
        Assert.Equal([12L], rule.Filter!.Pids);
    }

    [Theory]
    [InlineData("/bin/bash:readline() -> string")]
    [InlineData("libc.so.6:open(path: string, flags: int) -> errno")]
    [InlineData("/srv/it's:f(kind: enum {0: GET}, _, b: bytes(4))")]
    [InlineData("/srv/yes:no(on, off)")]
    [InlineData("/srv/x:f(unsigned long n, char **names) -> bool")]
    [InlineData("process:null:true")]
    public void The_printed_file_says_the_same_rule(string word)
    {
        var reading = Read(
            [word], ("--when", "when", "pid != 1 && comm ~ 'it*'"),
            ("--capture", "capture", "low: uint8 = pid\n+ 1"), ("--sample", "sample", "1/7"));
        var printed = RuleFileReader.Read("printed.yaml", "/", System.Text.Encoding.UTF8.GetBytes(Assert.IsType<string>(reading.Yaml)));

        Assert.Empty(printed.Diagnostics);
        Assert.Equal(Assert.Single(reading.File.Rules), Assert.Single(printed.Rules));
    }

    [Theory]
    [InlineData("/bin/bash", "/bin/bash", "'/bin/bash' does not say which function")]
    [InlineData(":readline", ":readline", "':readline' does not say which binary")]
    [InlineData("", "", "'' does not say which binary")]
    [InlineData("/bin/x:usdt:", "usdt:", "the name of a function is missing")]
    [InlineData("/bin/x:(1)", "(1)", "the name of a function is missing")]
    [InlineData("/bin/x:f(a: int", "(", "this bracket is not closed")]
    [InlineData("/bin/x:f)", ")", "no bracket opens what is closed here")]
    [InlineData("/bin/x:f(a: int,, b: int)", "", "an argument is missing here")]
    [InlineData("/bin/x:f(a: strin)", "strin", "unknown type 'strin'")]
    [InlineData("/bin/x:f(intt a)", "intt", "unknown type 'intt'")]
    [InlineData("/bin/x:f(int a) -> strin", "strin", "unknown type 'strin'")]
    [InlineData("/bin/x:f() ->", null, "after '->' comes the type of the return value")]
    [InlineData("/bin/x:f(13)", "13", "'args' must be a number from 1 to 12")]
    [InlineData("/bin/x:int f(intt a)", "intt", "unknown type 'intt'")]
    [InlineData("/bin/x:my function", "my function", "'my function' is not the name of a function")]
    public void A_mistake_is_shown_at_its_place_in_the_line(string word, string? marked, string message)
    {
        var file = Read([word]).File;

        var diagnostic = file.Diagnostics[0];
        Assert.Equal(message, diagnostic.Message);
        var line = file.Source.Line(diagnostic.At.Line).ToString();
        Assert.StartsWith("traceagent trace ", line, StringComparison.Ordinal);
        if (marked is { Length: > 0 })
        {
            Assert.Equal(marked, line.Substring(diagnostic.At.Column - 1, diagnostic.At.Length));
        }
    }

    [Fact]
    public void A_mistake_in_an_option_is_shown_there()
    {
        var file = Read(["/bin/x:f(path: string)"], ("--when", "when", "pth ~ '/etc/*'")).File;

        var diagnostic = Assert.Single(file.Diagnostics);
        Assert.Equal("TA131", diagnostic.Code);
        Assert.Equal("traceagent trace '/bin/x:f(path: string)' --when \"pth ~ '/etc/*'\"", file.Source.Line(1).ToString());
        Assert.Equal("pth", file.Source.Line(1).ToString().Substring(diagnostic.At.Column - 1, diagnostic.At.Length));
    }

    [Theory]
    [InlineData("a == 1")]
    [InlineData("=1")]
    [InlineData("nothing")]
    public void A_computed_value_needs_a_name(string value) =>
        Assert.Equal("a computed value is written NAME=EXPRESSION",
            Assert.Single(Read(["/bin/x:f(1)"], ("--capture", "capture", value)).File.Diagnostics).Message);

    [Theory]
    [InlineData("/b:f\0g")]
    [InlineData("/b:f(\e[31m: int)")]
    [InlineData("/b\n:f(a\n: int)\n -> int")]
    [InlineData("/b:f(\ud800: int)")]
    [InlineData("'\":'\"('\":'\")")]
    [InlineData("::::")]
    [InlineData("a:->")]
    [InlineData("a:)(")]
    [InlineData("a:f(()")]
    [InlineData("a:f(,)")]
    [InlineData("a:f({)->}")]
    public void Hostile_text_is_a_diagnostic_or_a_rule_and_never_an_exception(string word)
    {
        foreach (var words in (string[][])[[word], ["/bin/x", word], [word, word]])
        {
            var reading = Read(words, ("--when", "when", word), ("--capture", "capture", word), ("--format", "format", word));

            Assert.True(reading.File.HasErrors || reading.Yaml is not null);
            foreach (var diagnostic in reading.File.Diagnostics)
            {
                using var text = new StringWriter();
                DiagnosticWriter.WriteText(text, diagnostic, reading.File.Source, colours: false);
                Assert.DoesNotContain('\e', text.ToString());
            }
        }
    }

    [Fact]
    public void Random_text_is_a_diagnostic_or_a_rule_and_never_an_exception()
    {
        const string signs = "ab1_:(),->*&{}[]'\" \t\n\0~=./+@\ud83d\ude00";
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var word = string.Create(random.Next(40), random, (text, source) =>
            {
                for (var at = 0; at < text.Length; at++)
                {
                    text[at] = signs[source.Next(signs.Length)];
                }
            });
            var reading = Read(["/b:" + word], ("--capture", "capture", word));

            Assert.True(reading.File.HasErrors || reading.Yaml is not null, word);
        }
    }

    [Fact]
    public void A_line_of_any_length_ends_with_a_diagnostic()
    {
        var reading = Read(["/b:" + new string('(', 2_000_000)]);

        Assert.Equal("TA104", Assert.Single(reading.File.Diagnostics).Code);
        Assert.True(Read(["/b:f(" + new string('(', 30_000) + new string(')', 30_000) + ")"]).File.HasErrors);
    }

    private static CommandLineRule Read(string[] words, params (string Option, string Key, string Value)[] options) =>
        CommandLineRule.Read(
            "traceagent trace", "/home/me", words, [.. options.Select(option => new RuleOption(option.Option, option.Key, option.Value))]);
}
