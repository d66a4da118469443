using System.Net.Sockets;
using System.Text;
using TraceAgent.Engine.Tests;
using TraceAgent.Events;
using TraceAgent.Events.Outputs;
using TraceAgent.Events.Statements;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public sealed class StatusSocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LineFollowers _followers = new();

    private string SocketPath => _folder["run/agent.sock"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_client_gets_the_status_and_only_the_owner_may_ask()
    {
        using var socket = Open();

        Assert.Equal("add-num", StatusClient.Ask(SocketPath).Rules[0].Rule);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public void A_second_agent_is_told_that_the_socket_is_taken_and_the_first_goes_on()
    {
        using var first = Open();

        var refusal = Assert.Throws<StatusSocketException>(() => Open().Dispose());

        Assert.Contains("another agent answers there", refusal.Message, StringComparison.Ordinal);
        Assert.Single(StatusClient.Ask(SocketPath).Rules);
    }

    [Fact]
    public void A_socket_that_a_killed_agent_left_behind_is_replaced()
    {
        Directory.CreateDirectory(_folder["run"]);
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(SocketPath));
            // Disposing would remove the file; a killed process does not.
            File.Move(SocketPath, SocketPath + ".left");
        }

        File.Move(SocketPath + ".left", SocketPath);
        using var socket = Open();

        Assert.Single(StatusClient.Ask(SocketPath).Rules);
    }

    [Fact]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(SocketPath, "precious");

        Assert.Throws<StatusSocketException>(() => Open().Dispose());

        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void At_the_end_the_socket_is_gone_and_asking_says_so()
    {
        Open().Dispose();

        Assert.False(Path.Exists(SocketPath));
        var refusal = Assert.Throws<StatusUnavailableException>(() => StatusClient.Ask(SocketPath));
        Assert.Contains("no agent answers at", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_that_say_nothing_nonsense_or_too_much_get_nothing_and_keep_nobody_else_waiting_for_ever()
    {
        using var socket = Open();
        var silent = Enumerable.Range(0, 100).Select(_ => Connect()).ToList();
        using var nonsense = Connect();
        nonsense.Send("GET / HTTP/1.1\r\n"u8);
        using var endless = Connect();
        endless.Send(new byte[4096]);

        Assert.Single(StatusClient.Ask(SocketPath).Rules);
        silent.ForEach(client => client.Dispose());
    }

    [Fact]
    public void A_client_that_follows_gets_the_lines_of_its_rule_and_leaves_its_place_when_it_goes()
    {
        using var socket = Open();
        var lines = Connect();
        lines.Send("tail text add-num\n"u8);
        Assert.Equal("following\n", Read(lines));

        Write(AgentEvents.Pending("other", "no such file", 0));
        Write(AgentEvents.Pending("add-num", "no such file", 0));

        Assert.Equal("1970-01-01T00:00:00.000000000Z WRN rule add-num pending: no such file\n", Read(lines));
        lines.Dispose();
        var others = Enumerable.Range(0, LineFollowers.Max).Select(_ => Follow()).ToList();
        using var tooMany = Connect();
        tooMany.Send("tail clef\n"u8);
        Assert.Equal("full\n", Read(tooMany));
        Assert.Single(StatusClient.Ask(SocketPath).Rules);
        others.ForEach(other => other.Dispose());
    }

    [Fact]
    public void A_client_that_reads_nothing_or_a_flood_costs_lines_that_are_counted_and_nobody_waits()
    {
        const int written = 3 * LineFollower.MaxLinesPerSecond;
        using var socket = Open();
        using var lines = Follow();

        for (var i = 0; i < written; i++)
        {
            Write(AgentEvents.Pending("add-num", "no such file", 0));
        }

        var (seen, skipped) = (0, 0);
        using var reader = new StreamReader(new NetworkStream(lines));
        while (seen + skipped < written)
        {
            var line = reader.ReadLine()!;
            var count = line.Contains(" more lines", StringComparison.Ordinal)
                ? int.Parse(
                    line.Split(' ')[2].Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture)
                : 0;
            (seen, skipped) = (seen + (count == 0 ? 1 : 0), skipped + count);
        }

        Assert.Equal(written, seen + skipped);
        Assert.NotEqual(0, skipped);
    }

    private void Write(StreamEvent line)
    {
        _followers.Write(line);
        _followers.Commit();
    }

    private Socket Follow()
    {
        for (var tries = 0; tries < 100; tries++)
        {
            var client = Connect();
            client.Send("tail text\n"u8);
            if (Read(client) == "following\n")
            {
                return client;
            }

            // The one before has not been noticed to be gone.
            client.Dispose();
            Thread.Sleep(20);
        }

        throw new InvalidOperationException("no place among the followers");
    }

    private static string Read(Socket client)
    {
        client.ReceiveTimeout = 10_000;
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, client.Receive(buffer));
    }

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return client;
    }

    private StatusSocket Open() => StatusSocket.Open(SocketPath, () => StatusSample.Of(StatusSample.Call), _followers);
}
