using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>The rules of docs/recipes, as the pages have them, on the real programs.</summary>
public sealed partial class RecipeTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly List<IDisposable> _programs = [];

    public void Dispose()
    {
        _programs.ForEach(program => program.Dispose());
        _workspace.Dispose();
    }

    [Fact]
    public void Slow_queries_of_PostgreSQL()
    {
        var server = Own(new PostgresServer(_workspace));
        using var agent = Start("postgresql");
        server.Query("select 1", "select pg_sleep(0.2)");

        Shows(agent, "pg-slow", @"^\d+(\.\d+)?ms: select pg_sleep\(0\.2\)$");
        Shows(agent, "pg-query", "^select 1$");
        Assert.All(agent.Events("pg-slow"), line => Assert.InRange(line.Duration, 100_000_000, long.MaxValue));
        agent.Stop();
    }

    [Fact]
    public void Slow_queries_of_MariaDB()
    {
        var data = _workspace.Folder("data");
        var socket = _workspace["mariadb.sock"];
        string[] client = ["--no-defaults", "-S", socket, "-u", "root", "-e"];
        Command.OutputOf(
            "mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root",
            $"--datadir={data}");
        Own(TracedProgram.Start(
            "mariadbd", "--no-defaults", "--user=root", "--skip-networking", $"--datadir={data}", $"--socket={socket}"));
        Eventually.True(() => Command.Run("mariadb", [.. client, "select 1"]).ExitCode == 0, "MariaDB");
        using var agent = Start("mariadb");
        Command.OutputOf("mariadb", [.. client, "select 1; select sleep(0.2)"]);

        Shows(agent, "mariadb-slow", @"^\d+(\.\d+)?ms: select sleep\(0\.2\)$");
        Assert.All(agent.Events("mariadb-slow"), line => Assert.InRange(line.Duration, 100_000_000, long.MaxValue));
        agent.Stop();
    }

    [Fact]
    public void Commands_of_Redis_with_their_client()
    {
        var socket = _workspace["redis.sock"];
        Own(TracedProgram.Start("redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", _workspace.Root));
        Eventually.True(() => File.Exists(socket), "Redis");
        using var agent = Start("redis");
        Command.OutputOf("redis-cli", "-s", socket, "set", "cart:7", "book");
        Command.OutputOf("redis-cli", "-s", socket, "ping");

        Shows(agent, "redis-command", @"^client \d+: set cart:7 \(argc 3\) in ");
        Shows(agent, "redis-command", @"^client \d+: ping .* \(argc 1\) in ");
        agent.Stop();
    }

    [Fact]
    public void Requests_of_nginx_and_the_files_that_they_read()
    {
        var port = FreePort();
        _workspace.Write("index.html", "bought\n");
        var configuration = _workspace.Write("nginx.conf",
            $$"""
            daemon off; master_process off; pid {{_workspace["nginx.pid"]}}; error_log {{_workspace["error.log"]}};
            events {}
            http { access_log off; server { listen 127.0.0.1:{{port}}; root {{_workspace.Root}}; } }

            """);
        Own(TracedProgram.Start("/usr/sbin/nginx", "-p", _workspace.Root, "-c", configuration));
        using var agent = Start("nginx");
        Answers($"http://127.0.0.1:{port}/index.html");
        Command.Run("curl", "-s", $"http://127.0.0.1:{port}/none");

        Shows(agent, "nginx-request", "^GET /index.html HTTP/1.1$");
        Shows(agent, "nginx-file", $"^{_workspace.Root}/index.html: 0$");
        Shows(agent, "nginx-file", $"^{_workspace.Root}/none: -1$");
        agent.Stop();
    }

    [Fact]
    public void What_goes_through_TLS_without_its_secrets()
    {
        var port = FreePort();
        var (key, certificate) = (_workspace["key.pem"], _workspace["certificate.pem"]);
        Command.OutputOf(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate);
        Own(TracedProgram.Start("openssl", "s_server", "-key", key, "-cert", certificate, "-accept", $"{port}", "-www", "-quiet"));
        using var agent = Start("tls");
        Answers($"https://127.0.0.1:{port}/", "-H", "Authorization: Bearer abc.def.ghi");

        Shows(agent, "tls-sent", @"(?s)^GET / HTTP/1\.1\r\n.*Authorization: Bearer \*\*\*");
        Shows(agent, "tls-received", @"^HTTP/1\.0 200 ");
        Assert.DoesNotContain(agent.Lines, line => line.Text.Contains("abc.def", StringComparison.Ordinal));
        agent.Stop();
    }

    [Fact]
    public void Names_that_are_looked_up_and_the_answer()
    {
        using var agent = Start("dns");
        Command.OutputOf("getent", "ahostsv4", "localhost");
        Command.Run("getent", "ahosts", "name.invalid");

        Shows(agent, "dns", @"^getent: localhost = 127\.0\.0\.1:0 \(0\) in ");
        Shows(agent, "dns", @"^getent: name\.invalid = .* \(-\d+\) in ");
        agent.Stop();
    }

    [Fact]
    public void Exceptions_of_Cpp()
    {
        var program = _workspace["shop"];
        var source = _workspace.Write(
            "shop.cpp", "#include <stdexcept>\nint main() { try { throw std::runtime_error(\"no such cart\"); } catch (...) {} }\n");
        Command.OutputOf("g++", "-o", program, source);
        using var agent = Start("cpp");
        Command.OutputOf(program);

        Shows(agent, "exceptions", "^shop throws St13runtime_error: no such cart$");
        agent.Stop();
    }

    [Fact]
    public void Imports_and_errors_of_Python_and_files_of_Node()
    {
        var script = _workspace.Write("shop.py", "import json\ntry:\n    [].pop()\nexcept IndexError:\n    pass\n");
        using var agent = Start("interpreters");
        Command.OutputOf("/usr/bin/python3.11", script);
        Command.OutputOf("node", "-e", "require('fs').readFileSync('/etc/hostname')");

        Shows(agent, "python-import", @"^json\.decoder$");
        Shows(agent, "python-error", "^IndexError: pop from empty list$");
        Shows(agent, "node-file", "^/etc/hostname$");
        agent.Stop();
    }

    [Fact]
    [Trait("needs", "java")]
    public void Threads_of_Java()
    {
        var source = _workspace.Write(
            "Shop.java",
            "public class Shop { public static void main(String[] a) throws Exception { System.in.read();"
            + " Thread worker = new Thread(() -> {}, \"worker-1\"); worker.start(); worker.join(); System.in.read(); } }\n");
        var java = Own(TracedProgram.Start("java", source));
        using var agent = Start("interpreters");
        agent.WaitForMessage("rule attached: java-thread");
        java.WriteLine("");

        Shows(agent, "java-thread", "^worker-1$");
        agent.Stop();
    }

    [Fact]
    public void Handlers_of_Go()
    {
        var program = TracedProgram.Compile("handlers.go");
        var server = Own(TracedProgram.Start(program));
        var address = server.ReadLine();
        using var agent = Start("go", "/srv/shop/shop", program);
        Answers($"http://{address}/checkout");

        Shows(agent, "go-request", "^GET /checkout took ");
        agent.Stop();
    }

    [Fact]
    public void Slow_allocations()
    {
        var program = Own(TracedProgram.Start(TracedProgram.Compile("allocate")));
        // Whatever else runs on this machine allocates, too.
        using var agent = Start("malloc", "target: {process: shop}", "target: {process: allocate}\n    budget: none");
        program.Ask("");

        Shows(agent, "slow-malloc", @"^67108864 bytes took \d");
        agent.Stop();
    }

    [Fact]
    public void Every_page_is_in_the_list_and_its_rules_pass_check()
    {
        var folder = Path.Combine(Repository.Root, "docs/recipes");
        var list = File.ReadAllText(Path.Combine(folder, "README.md"));
        foreach (var page in Directory.GetFiles(folder, "*.md").Select(path => Path.GetFileName(path)).Where(page => page != "README.md"))
        {
            Assert.Contains($"]({page})", list, StringComparison.Ordinal);
            if (page == "find.md")
            {
                continue;
            }

            var check = Command.Run(Repository.Agent, "check", _workspace.Write($"{page}.yaml", RulesOf(page)));
            Assert.True(check.ExitCode == 0, check.Errors);
        }
    }

    private T Own<T>(T program)
        where T : IDisposable
    {
        _programs.Insert(0, program);
        return program;
    }

    private AgentProcess Start(string page, string stands = "", string means = "")
    {
        var rules = RulesOf($"{page}.md");
        Assert.Contains(stands, rules, StringComparison.Ordinal);
        return AgentProcess.Start(AttachMethod.Multi, _workspace.Write(
            $"{page}.yaml", stands.Length == 0 ? rules : rules.Replace(stands, means, StringComparison.Ordinal)));
    }

    /// <summary>The rules of a page, all of them in one file.</summary>
    private static string RulesOf(string page) =>
        "rules:\n" + string.Concat(RuleBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/recipes", page)))
            .Select(block => block.Groups[1].Value));

    private static void Shows(AgentProcess agent, string rule, string pattern) => Eventually.True(
        () => agent.Events(rule).Any(line => Regex.IsMatch(line.Message, pattern)), $"a line of {rule} like {pattern}", agent.Dump);

    private static void Answers(string address, params string[] options) => Eventually.True(
        () => Command.Run("curl", ["-sfk", .. options, address]).ExitCode == 0, address);

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"```yaml\nrules:\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex RuleBlock();
}
