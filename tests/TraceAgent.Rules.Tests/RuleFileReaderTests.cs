using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

public class RuleFileReaderTests
{
    public static TheoryData<string> Invalid => CaseFiles.In("invalid", "invalid-beyond-schema");

    public static TheoryData<string> Valid => CaseFiles.In("valid");

    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_wrong_file_is_explained_with_line_caret_and_hint(string name)
    {
        var file = CaseFiles.Read(name);
        var text = new StringWriter();
        foreach (var diagnostic in file.Diagnostics)
        {
            DiagnosticWriter.WriteText(text, diagnostic, file.Source, colours: false);
        }

        Assert.True(file.HasErrors);
        CaseFiles.Expect(name, text.ToString());
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_file_becomes_these_rules(string name)
    {
        var file = CaseFiles.Read(name);
        Assert.Empty(file.Diagnostics);
        CaseFiles.Expect(name, string.Concat([.. file.Rules.Select(RuleDump.Of), .. file.Packets.Select(RuleDump.Of)]));
    }
}
