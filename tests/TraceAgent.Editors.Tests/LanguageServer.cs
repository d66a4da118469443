using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace TraceAgent.Editors.Tests;

/// <summary>yaml-language-server as editors start it, spoken to over its standard streams (Language Server Protocol 3.17).</summary>
public sealed class LanguageServer : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Stream _output;
    private int _asked;

    public LanguageServer()
    {
        _process = Process.Start(
            new ProcessStartInfo("node", [NodeFolder.Path("node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        _output = _process.StandardOutput.BaseStream;
        Ask("initialize", """{"processId":null,"rootUri":null,"capabilities":{}}""");
        Notify("initialized", "{}");
        // No schema but the one that the first line of a file names.
        Notify("workspace/didChangeConfiguration",
            """{"settings":{"yaml":{"validate":true,"hover":true,"completion":true,"schemaStore":{"enable":false}}}}""");
    }

    /// <summary>Opens a file with this text, and waits for what the editor would underline in it.</summary>
    public IReadOnlyList<(int Line, string Message)> Open(string path, string text)
    {
        var document = new JsonObject { ["uri"] = UriOf(path), ["languageId"] = "yaml", ["version"] = 1, ["text"] = text };
        Notify("textDocument/didOpen", new JsonObject { ["textDocument"] = document }.ToJsonString());
        var published = Await(message => (string?)message["method"] == "textDocument/publishDiagnostics"
            && (string?)message["params"]!["uri"] == UriOf(path));
        return [.. published["params"]!["diagnostics"]!.AsArray()
            .Select(one => ((int)one!["range"]!["start"]!["line"]! + 1, (string)one["message"]!))];
    }

    /// <summary>What the editor offers to write at this place of an opened file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">From 1.</param>
    /// <param name="column">Characters before the cursor.</param>
    public IReadOnlyList<string> Completions(string path, int line, int column) =>
        [.. AskAt("textDocument/completion", path, line, column)!["items"]!.AsArray().Select(item => (string)item!["label"]!)];

    /// <summary>What the editor shows about this place of an opened file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">From 1.</param>
    /// <param name="column">Characters before the place.</param>
    public string Hover(string path, int line, int column) =>
        (string)AskAt("textDocument/hover", path, line, column)!["contents"]!["value"]!;

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static string UriOf(string path) => new Uri(path).AbsoluteUri;

    private JsonNode? AskAt(string method, string path, int line, int column) =>
        Ask(method, new JsonObject
        {
            ["textDocument"] = new JsonObject { ["uri"] = UriOf(path) },
            ["position"] = new JsonObject { ["line"] = line - 1, ["character"] = column },
        }.ToJsonString());

    private JsonNode? Ask(string method, string parameters)
    {
        var id = ++_asked;
        Send($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""");
        var answer = Await(message => message["method"] is null && (int?)message["id"] == id);
        Assert.True(answer["error"] is null, answer.ToJsonString());
        return answer["result"];
    }

    private void Notify(string method, string parameters) => Send($$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}}}""");

    private void Send(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        var input = _process.StandardInput.BaseStream;
        input.Write(Encoding.ASCII.GetBytes($"Content-Length: {bytes.Length}\r\n\r\n"));
        input.Write(bytes);
        input.Flush();
    }

    private JsonNode Await(Func<JsonNode, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Timeout);
        while (true)
        {
            var message = Receive(limit.Token);
            if (wanted(message))
            {
                return message;
            }

            // A question of the server's own: an editor that has nothing to say says so.
            if (message["method"] is not null && message["id"] is { } id)
            {
                Send($$"""{"jsonrpc":"2.0","id":{{id.ToJsonString()}},"result":null}""");
            }
        }
    }

    private JsonNode Receive(CancellationToken limit)
    {
        var header = new StringBuilder();
        var one = new byte[1];
        while (header.Length < 4 || header.ToString(header.Length - 4, 4) != "\r\n\r\n")
        {
            _output.ReadExactlyAsync(one, limit).AsTask().GetAwaiter().GetResult();
            header.Append((char)one[0]);
        }

        var length = header.ToString().Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(length.AsSpan(15), CultureInfo.InvariantCulture)];
        _output.ReadExactlyAsync(body, limit).AsTask().GetAwaiter().GetResult();
        return JsonNode.Parse(body)!;
    }
}
