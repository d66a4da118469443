using System.Buffers;
using System.Text;
using System.Text.Unicode;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml;

/// <summary>Decodes the bytes of a file to text that is safe to hand to a YAML parser.</summary>
public static class YamlText
{
    /// <summary>The maximum size of a file in bytes.</summary>
    public const int MaxFileSize = 1 << 20;

    /// <summary>
    /// The text of the file for showing; <paramref name="isText"/> is false when it must not be parsed, which is reported.
    /// </summary>
    public static (SourceText Source, string Text) Decode(string path, ReadOnlySpan<byte> utf8, DiagnosticBag bag, out bool isText)
    {
        isText = false;
        if (utf8.Length > MaxFileSize)
        {
            bag.Error(
                DiagnosticCode.TooLarge,
                new SourceSpan(path, 1, 1, 1),
                $"the file has {utf8.Length:N0} bytes; a rule file has at most {MaxFileSize:N0}",
                "split it into several files");
            return (new SourceText(path, ""), "");
        }

        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        var text = Encoding.UTF8.GetString(utf8);
        var source = new SourceText(path, text);
        if (Utf8.ToUtf16(utf8, new char[utf8.Length], out _, out var valid, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            bag.Error(DiagnosticCode.Encoding, source.Span(valid, valid + 1), "this is not UTF-8", "save the file as UTF-8");
            return (source, text);
        }

        var bad = IndexOfForbidden(text);
        if (bad >= 0)
        {
            bag.Error(
                DiagnosticCode.Encoding,
                source.Span(bad, bad + 1),
                $"the character U+{(int)text[bad]:X4} must not be in a YAML file",
                text[bad] == '\0' ? "is this a text file, saved as UTF-8?" : "write it as an escape in double quotes");
            return (source, text);
        }

        isText = true;
        return (source, text);
    }

    /// <summary>
    /// The index of a character outside YAML 1.2.2 section 5.1, c-printable: no C0 and C1 controls but tab, line ends and NEL.
    /// </summary>
    private static int IndexOfForbidden(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' and not ('\t' or '\n' or '\r') or >= '\x7f' and < '\xa0' and not '\x85' or '\ufffe' or '\uffff')
            {
                return i;
            }
        }

        return -1;
    }
}
