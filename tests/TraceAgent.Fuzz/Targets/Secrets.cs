using System.Text;
using TraceAgent.Events.Secrets;

namespace TraceAgent.Fuzz.Targets;

/// <summary>The search for secrets: what is found lies in the text, in order.</summary>
internal sealed class Secrets : FuzzTarget
{
    /// <summary>What secrets are made of.</summary>
    public static IReadOnlyList<string> Pieces { get; } =
    [
        "password", "token",
        "SECRET", "api_key", "Bearer", "basic", "cookie", "authorization", "=", ": ", " ", "%20", "%3d", "\"", "\\\"", "'", "\\", "&", "\n",
        "4111 1111 1111 1111", "4111", "-", "378282246310005", "s", "_", "é", "x", "***",
        "://", "@", ":", "-----BEGIN PRIVATE KEY-----", "-----END", "eyJ", ".", "AKIA", "ghp_", "sk-",
        "--", "-user", " -u ", "pass", "pw", "key", "<", ">", "/", "\0", "\r\n\r\n", ",",
        "[", "]", "{", "}", "(", ")", "`", "u'", "r#\"", "'''", "\"\"", "\\\\\\\"", "|\n ", "&",
        "IDENTIFIED ", "WITH ", "BY ", "PASSWORD ", "set ", "FOR ",
    ];

    private readonly SecretFinder _finder = new();

    public override byte[] Make(Random random) => Encoding.UTF8.GetBytes(Mutation.Words(random, Pieces, 60));

    public override void Check(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        AssertInOrder(text, isCut: false);
        AssertInOrder(text, isCut: true);
    }

    private void AssertInOrder(string text, bool isCut)
    {
        var at = 0;
        foreach (var span in _finder.Find(text, isCut))
        {
            Assert.True(span.Start >= at && span.Length > 0 && span.Start + span.Length <= text.Length, text);
            at = span.Start + span.Length;
        }
    }
}
