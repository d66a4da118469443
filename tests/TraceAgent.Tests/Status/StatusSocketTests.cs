using System.Net.Sockets;
using TraceAgent.Engine.Tests;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public sealed class StatusSocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

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

    private Socket Connect()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return client;
    }

    private StatusSocket Open() => StatusSocket.Open(SocketPath, () => StatusSample.Of(StatusSample.Call));
}
