using System.Text;
using System.Text.Json;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Secrets;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules;

namespace TraceAgent.Events.Tests;

public class RedactionTests
{
    private const string Visa = "4111111111111111";

    public static TheoryData<string, string> Secrets => new()
    {
        { Visa, "***" },
        { "card 4111 1111 1111 1111, exp 12/30", "card ***, exp 12/30" },
        { "4111-1111-1111-1111", "***" },
        { "3782 822463 10005", "***" },
        { "378282246310005", "***" },
        { "4222222222222", "***" },
        { "6304000000000000000", "***" },
        { "a=5555555555554444&b=4000056655665556", "a=***&b=***" },
        { "2026 4111 1111 1111 1111", "2026 ***" },
        { "4111 1111 1111 1111 2", "*** 2" },
        { "Authorization: Bearer eyJhbGciOi.J9-x_y~z+/==", "Authorization: Bearer ***" },
        { "authorization: Basic dXNlcjpwYXNz\r\nHost: x", "authorization: Basic ***\r\nHost: x" },
        { "Authorization: Digest username=\"a\", response=\"b\"\r\nA: b", "Authorization: ***\r\nA: b" },
        { "curl -H 'Authorization: token ghp_abc'", "curl -H 'Authorization: ***" },
        { "got Bearer xxx, then", "got Bearer ***, then" },
        { "BEARER\tabc", "BEARER\t***" },
        { "Basic YTpi", "Basic ***" },
        { "h=Bearer%20abc", "h=Bearer%20***" },
        { "Cookie: a=b; c=d\nX: y", "Cookie: ***\nX: y" },
        { "Set-Cookie: id=1; Path=/", "Set-Cookie: ***" },
        { "https://x/?password=hunter2&a=b#c", "https://x/?password=***&a=b#c" },
        { "user=me;pwd=a;db=x", "user=me;pwd=***;db=x" },
        { "access_token=abc", "access_token=***" },
        { "token=", "token=" },
        { "X-Api-Key: abc def", "X-Api-Key: *** def" },
        { "api_key = abc", "api_key = ***" },
        { "clientSecret=abc", "clientSecret=***" },
        { "SECRET_KEY_BASE=abc", "SECRET_KEY_BASE=***" },
        { "{\"password\": \"a\\\"b c\", \"x\": 1}", "{\"password\": \"***\", \"x\": 1}" },
        { "{\\\"token\\\":\\\"a b\\\"}", "{\\\"token\\\":\\\"***\\\"}" },
        { ":password=>'a b'", ":password=>'***'" },
        { "q=password%3Dabc", "q=password%3D***" },
        { "PASSWORD='a b", "PASSWORD='***" },
        { "password=" + Visa, "password=***" },
        { "token=a token=b token=c", "token=*** token=*** token=***" },
        { "mysql --password hunter2 -h db", "mysql --password *** -h db" },
        { "app --api-key 'a b' --verbose", "app --api-key '***' --verbose" },
        { "app -storepass changeit", "app -storepass ***" },
        { "app --db-pass=a,b;c", "app --db-pass=***,b;c" },
        { "[\"--token\", \"abc\", \"-v\"]", "[\"--token\", \"***\", \"-v\"]" },
        { "curl -u admin:hunter2 http://x/", "curl -u admin:*** http://x/" },
        { "curl --user admin:hunter2", "curl --user admin:***" },
        { "curl --proxy-user=me:pw1 x", "curl --proxy-user=me:*** x" },
        { "postgres://app:hunter2@db:5432/shop", "postgres://app:***@db:5432/shop" },
        { "redis://:hunter2@cache/0", "redis://:***@cache/0" },
        { "amqp://a:p/w@mq/", "amqp://a:***@mq/" },
        { "mongodb+srv://a:b@c@h1,h2/db?x=1", "mongodb+srv://a:***@h1,h2/db?x=1" },
        {
            "-----BEGIN PRIVATE KEY-----\nMIIE\nvQ==\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----\n"
        },
        { "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz", "-----BEGIN OPENSSH PRIVATE KEY-----***" },
        { "DB_PASS=hunter2", "DB_PASS=***" },
        { "dbPass: hunter2", "dbPass: ***" },
        { "user=a&pass=b", "user=a&pass=***" },
        { "MYSQL_PW=x", "MYSQL_PW=***" },
        { "private_key=abc", "private_key=***" },
        { "PrivateKey: abc", "PrivateKey: ***" },
        { "AccountName=a;AccountKey=b+c==;x", "AccountName=a;AccountKey=***;x" },
        { "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI", "AWS_SECRET_ACCESS_KEY=***" },
        { "sessionid=abc; x", "sessionid=***; x" },
        { "PHPSESSID=abc", "PHPSESSID=***" },
        { "credential: abc", "credential: ***" },
        { "X-Amz-Credential=AK/20", "X-Amz-Credential=***" },
        { "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln here", "got *** here" },
        { "key AKIAIOSFODNN7EXAMPLE used", "key *** used" },
        { "remote ghp_16C7e42F292c6912E7710c838347Ae178B4a", "remote ***" },
        { "hook xoxb-17653672481-19874698323", "hook ***" },
        { "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "***" },
        { "AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe", "***" },
        { "<password>hunter2</password>", "<password>***</password>" },
        { "<db:secret type=\"x\">a b</db:secret>", "<db:secret type=\"x\">***</db:secret>" },
        { "name=\"password\"\r\n\r\nhunter2\r\n--b", "name=\"password\"\r\n\r\n***\r\n--b" },
        { "auth_key=x passphrase=y", "auth_key=*** passphrase=***" },
        { "{'password': u'SECRET46'}", "{'password': ***'}" },
        { "{'password': B'a b', 'x': 1}", "{'password': ***', 'x': 1}" },
        { "token=rb\"a b\" x", "token=***\" x" },
        { "secret = $'a b' x", "secret = ***' x" },
        { "password=@\"a b\";", "password=***\";" },
        { "token: r#\"a\"b c\"# x", "token: ***\"# x" },
        { "app --password u'a b' x", "app --password ***' x" },
        { "/x?token=b\",\"user\":\"me", "/x?token=***\"user\":\"me" },
        { "password='''SECRET47''' x", "password='''***''' x" },
        { "password=\"\"\"a \"b\" c\"\"\" x", "password=\"\"\"***\"\"\" x" },
        { "password=r\"\"\"a \"b\" c\"\"\" x", "password=***\"\"\" x" },
        { "{\\\"token\\\": \\\"\\\"\\\"a b\\\"\\\"\\\"}", "{\\\"token\\\": \\\"\\\"\\\"***\\\"\\\"\\\"}" },
        { "\"{\"\"password\"\": \"\"a b\"\", \"\"x\"\": 1}\"", "\"{\"\"password\"\": \"\"***\"\", \"\"x\"\": 1}\"" },
        { "password='''a b", "password='''***" },
        { "password=`SECRET48`", "password=`***`" },
        { "token: `a b`, x", "token: `***`, x" },
        { "SET `password` = 'a b' WHERE", "SET `password` = '***' WHERE" },
        { "app --token `a b` x", "app --token `***` x" },
        { "password='a''b c' x", "password='***' x" },
        { "password='a'\\''b c' x", "password='***' x" },
        { "{\\\"token\\\":\\\"a\\\\\\\" b\\\",\\\"x\\\":1}", "{\\\"token\\\":\\\"***\\\",\\\"x\\\":1}" },
        { "password=it'sSECRET x", "password=*** x" },
        { "\"token\" : [\"SECRET31\"]", "\"token\" : [***]" },
        { "{\"tokens\":[\"a]\",[\"b\"],\"c\"],\"x\":1}", "{\"tokens\":[***],\"x\":1}" },
        { "{\"password\":{\"v\":\"SECRET5\"}}", "{\"password\":{***}}" },
        { "{\"secret\": {\"a\": {\"b\": \"}\"}}, \"x\": 1}", "{\"secret\": {***}, \"x\": 1}" },
        { "{\\\"token\\\":[\\\"a]\\\"],\\\"x\\\":1}", "{\\\"token\\\":[***],\\\"x\\\":1}" },
        { "{'password': ('a', u'b)'), 'x': 1}", "{'password': (***), 'x': 1}" },
        { "{Authorization=[Bearer abc], Host=[x]}", "{Authorization=[***], Host=[x]}" },
        { "Cookie: {\"a\":1}; b=c\nX: y", "Cookie: {***\nX: y" },
        { "{\"token\":[\"a\", \"b", "{\"token\":[***" },
        { "User { password: Some(\"a b\"), n: 1 }", "User { password: ***, n: 1 }" },
        { "{Token:[]string{\"a\", \"b\"} N:1}", "{Token:*** N:1}" },
        { "{Password:&{a b} N:1}", "{Password:&{***} N:1}" },
        { "token=[it's a] x", "token=[***] x" },
        { "password\n=\nSECRET29", "password\n=\n***" },
        { "password\r\n:\r\n\tSECRET\r\nx", "password\r\n:\r\n\t***\r\nx" },
        { "\"password\":\n  \"a b\"\n}", "\"password\":\n  \"***\"\n}" },
        { "password:\n  hunter2\nuser: x", "password:\n  ***\nuser: x" },
        { "\"token\"\n:\n[\n\"a\"\n]", "\"token\"\n:\n[***]" },
        { "password: |\n  a b\n  c d\nuser: x", "password: |\n  ***\nuser: x" },
        { "password: |\n  a b \r\n\r\nx", "password: |\n  ***\r\n\r\nx" },
        { "\"--token\",\n  \"a b\"", "\"--token\",\n  \"***\"" },
        { "CREATE USER x IDENTIFIED BY 'SECRET40'", "CREATE USER x IDENTIFIED BY '***'" },
        { "create user 'x'@'%' identified by 'a''b c';", "create user 'x'@'%' identified by '***';" },
        { "IDENTIFIED WITH 'caching_sha2_password' BY 'a b' x", "IDENTIFIED WITH 'caching_sha2_password' BY '***' x" },
        { "IDENTIFIED WITH mysql_native_password AS '*81F5'", "IDENTIFIED WITH mysql_native_password AS '***'" },
        { "GRANT x IDENTIFIED BY PASSWORD '*81F5'", "GRANT x IDENTIFIED BY PASSWORD '***'" },
        { "ALTER USER x IDENTIFIED BY tiger;", "ALTER USER x IDENTIFIED BY ***;" },
        { "IDENTIFIED\nBY\n\"a b", "IDENTIFIED\nBY\n\"***" },
        { "CREATE ROLE a LOGIN PASSWORD 'a b' VALID", "CREATE ROLE a LOGIN PASSWORD '***' VALID" },
        { "alter role a encrypted password 'md5' x", "alter role a encrypted password '***' x" },
        { "ALTER ROLE a PASSWORD E'a\\'b c' x", "ALTER ROLE a PASSWORD ***' x" },
        { "SET PASSWORD FOR 'a'@'%' = 'b c'", "SET PASSWORD FOR 'a'@'%' = '***'" },
        { "SET PASSWORD = PASSWORD('a b')", "SET PASSWORD = ***" },
        { "user[password]=abc&x", "user[password]=***&x" },
        { "config['token'] = 'a b'", "config['token'] = '***'" },
    };

    public static TheoryData<string> Harmless =>
    [
        "4111111111111112",
        "1795361253667556412",
        "1795361253667",
        "411111111111",
        "41111111111111111111",
        "2026-11-22 15:27:33.667556412",
        "12345678-1234-1234-1234-123456789012",
        "+49 170 1234567 890",
        "/proc/self/maps",
        "tokenizer: fast",
        "if token == x",
        "std::token::kind",
        "the password is not here",
        "Basic training of the basic kind",
        "secretary=bob",
        "/run/secrets/db",
        "passenger=3 bypass=on passed=7 compass: north",
        "http://host:8080/path?x=user@example.org",
        "ssh://git@github.com/a/b",
        "docker run -u 1000:1000 x",
        "-----BEGIN CERTIFICATE-----\nMIIE",
        "primary_key=7 keyboard=us key=abc keyword: x",
        "eyJust text",
        "sk-learn and hf_small",
        "pwned in Warpway",
        "--password",
        "--tokenizer fast",
        "<password/>",
        "https://example.org:443/",
        "password:\nuser: x",
        "TOKEN=\nUSER=x",
        "Cookie:\r\nHost: x",
        "X-Token:\r\n\r\nbody",
        "the password\n\nis not here",
        "Password\n========",
        "unexpected token '<' in u'x'",
        "field 'password' is 'missing'",
        "password for user='x' is wrong",
        "{\"token\":[],\"x\":{\"y\":[\"z\"]}}",
        "{'password': '', 'token': \"\"}",
        "token=``, x",
        "the row is identified by 4711",
        "IDENTIFIED",
        "user[tokenizer]='x'",
        "it's [not] a {secret}",
        "getSession(\"users\")",
        "Bearer",
        "password",
        "",
    ];

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_secret_in_a_text_is_hidden_and_flagged(string text, string expected)
    {
        var sample = Text("{v}");
        var record = sample.Record(text);
        var json = sample.Json(record);

        Assert.Equal(expected, json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal(expected, json.GetProperty("@m").GetString());
        Assert.Equal(
            expected, SerilogEventConverter.Of(sample.Decode(record)!).RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(text != expected ? "redacted" : null, Problem(json));
    }

    [Theory]
    [MemberData(nameof(Harmless))]
    public void Other_texts_stay_as_they_are(string text)
    {
        var sample = Text("{v}");

        var json = sample.Json(sample.Record(text));

        Assert.Equal(text, json.GetProperty("args").GetProperty("v").GetString());
        Assert.Null(Problem(json));
    }

    [Theory]
    [InlineData("pay 4111 1111 11", "pay ***…")]
    [InlineData("pay 4111 1111 1111 ", "pay *** …")]
    [InlineData("token=ab", "token=***…")]
    [InlineData("Bearer ab", "Bearer ***…")]
    [InlineData("pid 12345678", "pid 12345678…")]
    [InlineData("at postgres://app:hunt", "at postgres://app:***…")]
    [InlineData("at http://host:80", "at http://host:80…")]
    [InlineData("got eyJhbGciOiJIUz", "got ***…")]
    [InlineData("got ghp_16C7", "got ***…")]
    [InlineData("{'token': u'a b", "{'token': ***…")]
    [InlineData("token='a'", "token='***'…")]
    [InlineData("token=[\"a\", b", "token=[***…")]
    [InlineData("token={\"a\": {\"b\": \"c\"}", "token={***…")]
    [InlineData("token\n=\nab", "token\n=\n***…")]
    [InlineData("IDENTIFIED BY 'a b", "IDENTIFIED BY '***…")]
    [InlineData("token: |\n  a b\n  c", "token: |\n  ***…")]
    [InlineData("token=[", "token=[…")]
    public void A_secret_that_was_cut_is_hidden_too(string text, string expected)
    {
        var sample = Text("{v}");

        var json = sample.Json(sample.Record((Encoding.UTF8.GetBytes(text), Outcome.Truncated)));

        Assert.Equal(expected, json.GetProperty("@m").GetString());
        Assert.Equal(expected.Contains('*', StringComparison.Ordinal) ? "truncated,redacted" : "truncated", Problem(json));
    }

    [Fact]
    public void A_text_cut_anywhere_shows_nothing_of_a_secret()
    {
        var finder = new SecretFinder();
        foreach (var text in Secrets.Select(row => (string)row[0]).Where(text => text.Contains(" b", StringComparison.Ordinal)))
        {
            // What is looked at is the keyed secrets: a form may be too short to be known before the cut.
            foreach (var secret in finder.Find(text, isCut: false).ToArray())
            {
                for (var cut = secret.Start + 3; cut < secret.Start + secret.Length; cut++)
                {
                    var found = finder.Find(text.AsSpan(0, cut), isCut: true).ToArray();
                    var hidden = found.FirstOrDefault(span => span.Start <= secret.Start + 2 && span.Start + span.Length > secret.Start);
                    Assert.True(hidden.Length > 0, text[..cut]);

                    // The end of a list may be shown.
                    Assert.False(text[(hidden.Start + hidden.Length)..cut].Any(char.IsLetterOrDigit), text[..cut]);
                }
            }
        }
    }

    [Theory]
    [InlineData("password=[")]
    [InlineData("password:{'")]
    [InlineData("cookie=[\n")]
    [InlineData("pw\n")]
    [InlineData("pw=u'")]
    [InlineData("pw='''")]
    [InlineData("pw\\\\")]
    [InlineData("pw: |\n ")]
    [InlineData("[](\"'`{}")]
    [InlineData("IDENTIFIED WITH ")]
    [InlineData("set password for ")]
    [InlineData("\\")]
    public void A_long_text_of_beginnings_is_looked_through_once(string piece)
    {
        // Once more for each of its characters would be hours: the run would be ended as one that hangs.
        var finder = new SecretFinder();
        var text = "pw=[" + string.Concat(Enumerable.Repeat(piece, 200_000));
        var other = string.Concat(Enumerable.Repeat(piece, 100_000)) + string.Concat(Enumerable.Repeat("];", 100_000));

        Assert.True(finder.Find(text, isCut: true).Length <= text.Length);
        Assert.True(finder.Find(text.AsSpan(4), isCut: true).Length <= text.Length);
        Assert.True(finder.Find(other, isCut: true).Length <= other.Length);
    }

    [Fact]
    public void A_secret_in_bytes_is_hidden_between_their_hex_digits()
    {
        var sample = new Sample("{v}", ProbeTrigger.Entry, [new(0, "v", new CaptureType.Bytes(64))]);

        var json = sample.Json(sample.Record(Encoding.ASCII.GetBytes("\u0001token=abc&a")));

        Assert.Equal("01746f6b656e3d***2661", json.GetProperty("args").GetProperty("v").GetString());
        Assert.Equal("redacted", Problem(json));
    }

    [Fact]
    public void A_secret_in_the_path_of_a_socket_is_hidden()
    {
        var sample = new Sample("{v}", ProbeTrigger.Entry, [new(0, "v", new CaptureType.SocketAddress())]);

        Assert.Equal("@token=***", sample.Message(sample.Record(Encoding.ASCII.GetBytes("\u0001\0\0token=abc"))));
    }

    [Fact]
    public void A_value_hidden_by_name_is_in_no_output_whatever_became_of_it()
    {
        CaptureType[] types =
        [
            new CaptureType.Text(16),
            CaptureType.Default, new CaptureType.Bytes(8), new CaptureType.Errno(), new CaptureType.SocketAddress(),
        ];
        foreach (var type in types)
        {
            foreach (var outcome in new[] { Outcome.Ok, Outcome.Truncated, Outcome.Null, Outcome.Fault })
            {
                var sample = new Sample(
                    "[{v,5}] {v:x} {ret}", ProbeTrigger.Call, [new(0, "v", type)], new CaptureType.Errno(), redacted: ["v", "ret"]);
                var record = sample.Record(type is CaptureType.Text or CaptureType.Bytes or CaptureType.SocketAddress ? "2abcdefg" : 2, 2);
                record[sample.Layout.Fields[0].OutcomeOffset!.Value] = (byte)outcome;

                var line = sample.Line(record);

                Assert.Contains("\"@m\":\"[  ***] *** ***\"", line, StringComparison.Ordinal);
                Assert.EndsWith(
                    "\"args\":{\"v\":\"***\"},\"ret\":\"***\",\"duration_ns\":1210,\"problems\":{\"v\":\"redacted\"," +
                        "\"ret\":\"redacted\"}}\n",
                    line,
                    StringComparison.Ordinal);
                var flat = sample.Line(record, new ClefTemplateFormatter());
                Assert.DoesNotContain("2abc", flat + sample.Line(record, new TextFormatter()), StringComparison.Ordinal);
                Assert.DoesNotContain("ENOENT", flat, StringComparison.Ordinal);
                var traced = sample.Decode(record)!;
                Assert.Equal((0UL, 0), (traced.Values[0].Bits, traced.Values[0].TextLength));
                Assert.DoesNotContain("2abc", new string(traced.Chars), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_rule_hides_what_it_names_and_what_is_named_like_a_secret()
    {
        var sample = new Sample(
            "{user} {userPassword} {pin_code}",
            ProbeTrigger.Entry,
            [new(0, "user", new CaptureType.Text(8)), new(
                1, "userPassword", new CaptureType.Text(8)), new(2, "pin_code", CaptureType.Default)]);
        var rule = sample.Rule with { Redact = ["pin*"] };
        var shape = EventShape.Of(rule, sample.Bound, [SiteName.Of("login", "/srv/shop/test")]);

        var line = Sample.LineOf(sample.Decoder.Decode(sample.Record("me", "hunter2", 4711), shape)!);

        Assert.Contains("\"@m\":\"me *** ***\"", line, StringComparison.Ordinal);
        Assert.Contains("\"args\":{\"user\":\"me\",\"userPassword\":\"***\",\"pin_code\":\"***\"}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_a_rule_says_is_no_secret_is_shown_and_so_is_a_key_in_its_texts()
    {
        var sample = new Sample(
            "{token_count} {body}",
            ProbeTrigger.Entry,
            [new(0, "token_count", CaptureType.Default), new(1, "body", new CaptureType.Text(64))]);
        var rule = sample.Rule with { NotSecret = ["token_count"] };
        var shape = EventShape.Of(
            rule, sample.Bound, [SiteName.Of("login", "/srv/shop/test")]);

        var line = Sample.LineOf(sample.Decoder.Decode(sample.Record(4711, "token_count=5 token=abc"), shape)!);

        Assert.Contains("\"@m\":\"4711 token_count=5 token=***\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_hides_a_value_by_its_name_hides_it_behind_that_name_in_a_text()
    {
        foreach (var name in SecretNames.All)
        {
            Assert.True(new Redaction([]).Applies(name), name);
            Assert.Equal($"{name}=***", Text("{v}").Message(Text("{v}").Record($"{name}=hunter2")));
            Assert.Equal(
                $"--x-{name.ToUpperInvariant()}=***",
                Text("{v}").Message(Text("{v}").Record($"--x-{name.ToUpperInvariant()}=hunter2")));
        }
    }

    [Fact]
    public void A_command_line_shows_no_password()
    {
        var facts = new ProcessFacts("/usr/bin/mysql", 1, "mysql --user app --password hunter2 redis://a:hunter2@b");

        Assert.Equal("mysql --user app --password *** redis://a:***@b", facts.CommandLine);
    }

    [Fact]
    public void Every_card_number_is_hidden_and_no_neighbour_of_one()
    {
        var random = new Random(3);
        var sample = Text("{v}");
        for (var i = 0; i < 2_000; i++)
        {
            var digits = string.Concat(
                Enumerable.Range(0, random.Next(13, 20) - 1).Select(n => (char)('0' + (n == 0 ? random.Next(2, 10) : random.Next(10)))));
            var check = Enumerable.Range(0, 10).Single(c => Luhn($"{digits}{c}") == 0);

            Assert.Equal("x *** y", sample.Message(sample.Record($"x {digits}{check} y")));
            Assert.Equal($"x {digits}{(check + 1) % 10} y", sample.Message(sample.Record($"x {digits}{(check + 1) % 10} y")));
        }
    }

    // The check digit's own definition, from the right.
    private static int Luhn(string digits) =>
        digits.Reverse().Select((c, i) => i % 2 == 0 ? c - '0' : "0246813579"[c - '0'] - '0').Sum() % 10;

    private static Sample Text(string format) => new(format, ProbeTrigger.Entry, [new(0, "v", new CaptureType.Text(128))]);

    private static string? Problem(JsonElement json) =>
        json.TryGetProperty("problems", out var problems) ? problems.GetProperty("v").GetString() : null;
}
