using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>What must hold for everything that is said of a text.</summary>
internal static class DiagnosticPlaces
{
    /// <summary>There are not too many, each points into the text, and each can be written without harm to a terminal.</summary>
    public static void AssertInside(IReadOnlyCollection<Diagnostic> diagnostics, SourceText source)
    {
        Assert.True(diagnostics.Count <= 101);
        foreach (var diagnostic in diagnostics)
        {
            Assert.InRange(diagnostic.At.Line, 1, source.LineCount);
            Assert.InRange(diagnostic.At.Column, 1, source.Line(diagnostic.At.Line).Length + 1);
            Assert.InRange(diagnostic.At.Length, 1, Math.Max(1, source.Line(diagnostic.At.Line).Length - diagnostic.At.Column + 1));
            using var text = new StringWriter();
            DiagnosticWriter.WriteText(text, diagnostic, source, colours: false);
            Assert.DoesNotContain(text.ToString(), c => char.IsControl(c) && c != '\n');
            DiagnosticWriter.WriteJson(Stream.Null, [diagnostic]);
        }
    }
}
