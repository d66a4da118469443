using System.Text;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Secrets;

namespace TraceAgent.Events.Tests;

/// <summary>What is hidden in a text is found whatever is around it, and wherever it is cut.</summary>
public partial class RedactionTests
{
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
}
