using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Dwarf.Service;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Sites;
using TraceAgent.Terminal;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Listings;

/// <summary>Writes the places of lines: for people by file and line with the text of the source, and as JSON.</summary>
/// <param name="image">The open binary.</param>
/// <param name="path">The path of the binary.</param>
/// <param name="withVariables">True to write variables.</param>
internal sealed class LineListing(ElfImage image, string path, bool withVariables)
{
    private readonly VariableText _variables = new(image);

    public void WriteText(StreamWriter output, List<DebugAnswer> answers)
    {
        var sites = SitesOf(answers);
        if (sites.Count == 0)
        {
            foreach (var file in answers.SelectMany(answer => answer.Files))
            {
                output.Write(PrintableText.Of(file) + "\n");
            }
        }

        foreach (var file in sites.GroupBy(site => site.Place.File))
        {
            output.Write(PrintableText.Of(file.Key) + "\n");
            var source = SourceLines.Of(file.Key);
            foreach (var line in file.GroupBy(site => site.Place.Line))
            {
                WriteLine(output, line.Key, source.At(line.Key), [.. line]);
            }
        }
    }

    public void WriteJson(StreamWriter output, List<DebugAnswer> answers)
    {
        var sites = SitesOf(answers);
        foreach (var file in sites.Count > 0 ? [] : answers.SelectMany(answer => answer.Files))
        {
            Write(output, json => json.WriteString("file", PrintableText.WellFormed(file)));
        }

        foreach (var site in sites)
        {
            var (refusal, isEmulated) = ProbeAt(site.Address);
            Write(output, json =>
            {
                WritePlace(json, site.Place);
                json.WriteString("address", SymbolRows.Hexadecimal(site.Address));
                SymbolRows.WriteProbe(json, refusal, isEmulated);
                json.WriteStartArray("calls");
                foreach (var call in site.Calls)
                {
                    json.WriteStartObject();
                    json.WriteString("function", PrintableText.WellFormed(call.Function));
                    if (call.CalledAt is { } caller)
                    {
                        json.WriteStartObject("called_at");
                        WritePlace(json, caller);
                        json.WriteEndObject();
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
                if (withVariables)
                {
                    _variables.WriteJson(json, site);
                }
            });
        }
    }

    private static List<LineSite> SitesOf(List<DebugAnswer> answers) => [.. answers.SelectMany(answer => answer.Sites)];

    private static void WritePlace(Utf8JsonWriter json, SourcePlace place)
    {
        json.WriteString("file", PrintableText.WellFormed(place.File));
        json.WriteNumber("line", place.Line);
        if (place.Column > 0)
        {
            json.WriteNumber("column", place.Column);
        }
    }

    private static void Write(StreamWriter output, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        output.Write('\n');
    }

    /// <summary>A line with its text, and below it each place: address, cost, functions, variables.</summary>
    private void WriteLine(StreamWriter output, uint line, string text, List<LineSite> sites)
    {
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{line,6}  {PrintableText.Of(text)}").TrimEnd() + "\n");
        foreach (var site in sites)
        {
            var (refusal, isEmulated) = ProbeAt(site.Address);
            var functions = string.Join(" < ", site.Calls.Reverse().Select(Describe));
            output.Write($"        {SymbolRows.Hexadecimal(site.Address)} {SymbolRows.Probe(refusal, isEmulated)}  {functions}\n");
            if (site.Variables.Count > 0)
            {
                var rows = new StringBuilder();
                var table = new TextTable(new("NAME"), new("TYPE"), new("VALUE")) { Rows = _variables.Rows(site), Indent = 10 };
                table.AppendTo(rows);
                output.Write(rows.ToString());
            }
        }
    }

    /// <summary>The way in which a hit at an address is carried out, or the refusal.</summary>
    private (SiteProblem? Refusal, bool IsEmulated) ProbeAt(ulong address)
    {
        var resolution = SiteResolver.Resolve(image, path, new Location.Address(address), new SiteRequest());
        return (resolution.Problems.FirstOrDefault(problem => problem.Refused), resolution.Sites is [{ IsEmulated: true }, ..]);
    }

    private static string Describe(ScopeCall call)
    {
        var name = PrintableText.Of(call.Function.Length == 0 ? "?" : call.Function);
        return call.CalledAt is { } place
            ? string.Create(
                CultureInfo.InvariantCulture, $"{name} (inlined at {PrintableText.Of(Path.GetFileName(place.File))}:{place.Line})")
            : name;
    }
}
