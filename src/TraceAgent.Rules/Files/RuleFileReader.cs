using TraceAgent.Capture;
using TraceAgent.Rules.Keys;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>Reads the text of a rule file to rules and diagnostics. Takes any bytes without throwing.</summary>
public static class RuleFileReader
{
    /// <param name="displayPath">The name of the file in diagnostics.</param>
    /// <param name="baseDirectory">The folder, absolute, from which relative paths in the file start.</param>
    /// <param name="utf8">The whole file; at most 1 MiB, else a diagnostic.</param>
    public static RuleFile Read(string displayPath, string baseDirectory, ReadOnlySpan<byte> utf8)
    {
        var bag = new DiagnosticBag();
        var (source, text) = YamlText.Decode(displayPath, utf8, bag, out var isText);
        var file = new FileDraft(baseDirectory);
        if (isText)
        {
            var root = YamlTreeReader.Read(source, text, bag);
            if (root is not null && !root.IsNull)
            {
                FileKeys.Table.Read("the file", root, file, bag);
            }
            else if (bag.ErrorCount == 0)
            {
                // A file cut to nothing is how many editors begin to save: it must not end every rule in it.
                bag.Error(DiagnosticCode.MissingKey, source.Span(0, 1), "the file is empty", "a file without rules says 'rules: []'");
            }
        }

        return new RuleFile(displayPath, file.Rules.ToEquatableArray(), bag.InOrder().ToEquatableArray(), source)
        {
            Entries = file.Entries,
            Places = file.Places.ToEquatableArray(),
            Packets = file.Packets.ToEquatableArray(),
            Names = file.Names.ToEquatableArray(),
            PacketNames = file.PacketNames,
        };
    }
}
