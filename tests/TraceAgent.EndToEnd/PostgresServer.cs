using System.Diagnostics;

namespace TraceAgent.EndToEnd;

/// <summary>A PostgreSQL of its own, which listens on a socket in a folder of the test.</summary>
internal sealed class PostgresServer : IDisposable
{
    private readonly string _folder;
    private readonly Process _server;

    public PostgresServer(Workspace workspace)
    {
        var programs = Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last();
        _folder = workspace.Folder("postgres");
        Command.OutputOf("chown", "postgres", _folder);
        Program = Path.Combine(programs, "bin/postgres");
        Command.OutputOf(
            "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
            Path.Combine(programs, "bin/initdb"),
            "--no-sync", "--auth=trust", "--username=tester", "--locale=C", "-D", Path.Combine(_folder, "data"));
        _server = Process.Start(new ProcessStartInfo("setpriv",
        [
            "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL",
            Program, "-D", Path.Combine(_folder, "data"),
            "-k", _folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "autovacuum=off", "-c", "logging_collector=off",
        ])
        { RedirectStandardError = true })!;
        _server.BeginErrorReadLine();
        Eventually.True(() => Psql("select 1").ExitCode == 0, "PostgreSQL to answer", () => Psql("select 1").Errors);
    }

    public string Program { get; }

    /// <summary>Runs each as a query of its own and returns all that is printed.</summary>
    public string Query(params string[] queries)
    {
        var run = Psql(queries);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output;
    }

    public void Dispose()
    {
        // Its fast shutdown; the helper processes end with it.
        Command.OutputOf("kill", "-INT", $"{_server.Id}");
        Assert.True(_server.WaitForExit(Eventually.Deadline), "PostgreSQL does not end");
        _server.Dispose();
    }

    private Command Psql(params string[] queries) =>
        Command.Run("psql", [
            "--no-psqlrc", "-h", _folder, "-U", "tester", "-d", "postgres", "-At", .. queries.SelectMany(query => new[] { "-c", query })]);
}
