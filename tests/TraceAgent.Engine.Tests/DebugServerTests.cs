using System.Net;
using System.Net.Sockets;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Engine.Tests;

/// <summary>Servers of debug information that do what they should not. What a real one sends: LinesTests.</summary>
public sealed class DebugServerTests : IDisposable
{
    private const string Program = "/bin/true";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpListener _listener = new();
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort()}/");
    private readonly string _id;

    public DebugServerTests()
    {
        _listener.Prefixes.Add(_address.AbsoluteUri);
        _listener.Start();
        using var image = ElfImage.TryOpen(Program, out _)!;
        _id = image.BuildId!;
    }

    private string Cached => _folder[$".build-id/{_id[..2]}/{_id[2..]}.debug"];

    public void Dispose()
    {
        _listener.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_has_the_build_id_is_kept_and_not_fetched_again()
    {
        var server = new DebugServer(_address, _folder.Root);
        var asked = Answer(File.ReadAllBytes(Program));

        Assert.Null(await server.FetchAsync(_id));
        Assert.Equal($"/buildid/{_id}/debuginfo", await asked);
        Assert.Equal(File.ReadAllBytes(Program), File.ReadAllBytes(Cached));
        _listener.Stop();
        Assert.Null(await server.FetchAsync(_id));
    }

    [Fact]
    public async Task What_belongs_to_another_build_is_not_kept()
    {
        _ = Answer(File.ReadAllBytes("/bin/ls"));

        Assert.Matches(
            $"^what {_address} sent belongs to another build \\(build id [0-9a-f]+, not {_id}\\)$",
            await new DebugServer(_address, _folder.Root).FetchAsync(_id));
        Assert.Empty(Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_is_no_ELF_file_is_not_kept()
    {
        _ = Answer("<html>"u8.ToArray());

        Assert.EndsWith(
            "sent belongs to another build (it has no build id)", await new DebugServer(_address, _folder.Root).FetchAsync(_id));
        Assert.Empty(Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_is_too_large_is_not_received_to_its_end()
    {
        _ = Answer(new byte[3 << 20]);

        Assert.EndsWith(
            "sends is larger than 1 MiB", await new DebugServer(_address, _folder.Root) { MaxFileBytes = 1 << 20 }.FetchAsync(_id));
        Assert.Empty(Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up() => Assert.Equal(
        $"{_address} took more than 0.5 s",
        await new DebugServer(_address, _folder.Root) { FetchTimeout = TimeSpan.FromSeconds(0.5) }.FetchAsync(_id));

    [Fact]
    public async Task A_server_that_does_not_have_it_or_is_not_there_says_so()
    {
        var asked = _listener.GetContextAsync();
        var fetch = new DebugServer(_address, _folder.Root).FetchAsync(_id);
        var context = await asked;
        context.Response.StatusCode = 404;
        context.Response.Close();
        Assert.Equal($"{_address} does not have it", await fetch);

        _listener.Stop();
        Assert.StartsWith(
            $"{_address} cannot be reached: ", await new DebugServer(_address, _folder.Root).FetchAsync(_id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_files_that_were_not_used_for_the_longest_time_make_room()
    {
        foreach (var (name, age) in new[] { ("old", 2), ("used", 1) })
        {
            var path = Path.Combine(_folder.Folder($".build-id/{name}"), "x.debug");
            File.WriteAllBytes(path, new byte[100_000]);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-age));
        }

        var program = File.ReadAllBytes(Program);
        _ = Answer(program);

        Assert.Null(await new DebugServer(_address, _folder.Root) { MaxCacheBytes = program.Length + 150_000 }.FetchAsync(_id));
        Assert.True(File.Exists(Cached));
        Assert.False(File.Exists(_folder[".build-id/old/x.debug"]));
        Assert.True(File.Exists(_folder[".build-id/used/x.debug"]));
    }

    [Fact]
    public async Task A_command_waits_for_as_long_as_it_may_in_all_and_leaves_nothing_half_received()
    {
        using var image = ElfImage.TryOpen(Program, out _)!;
        var asked = _listener.GetContextAsync();
        var waited = new List<string>();
        var fetches = new DebugFetches(new DebugServer(_address, _folder.Root), TimeSpan.FromSeconds(0.5));
        fetches.Waiting += waited.Add;

        Assert.Equal(
            $"the debug information of {Program} is being fetched and is not there", fetches.Awaited(image, Program, out _, out _));
        var response = (await asked).Response;
        response.ContentLength64 = 2000;
        response.OutputStream.Write(new byte[1000]);
        response.OutputStream.Flush();
        SpinWait.SpinUntil(() => Files().Length > 0, TimeSpan.FromSeconds(10));
        Assert.NotNull(fetches.Awaited(image, Program, out _, out _));
        fetches.Dispose();

        Assert.Equal([Program], waited);
        Assert.Empty(Files());

        string[] Files() => Directory.GetFiles(_folder.Root, "*", SearchOption.AllDirectories);
    }

    [Fact]
    public void A_command_gets_what_the_server_sends_in_time()
    {
        using var image = ElfImage.TryOpen(Program, Program, out _, new DebugFolders([_folder.Root]))!;
        _ = Answer(File.ReadAllBytes(Program));
        using var fetches = new DebugFetches(new DebugServer(_address, _folder.Root), TimeSpan.FromMinutes(1));

        Assert.Null(fetches.Awaited(image, Program, out var problem, out var hasCome));
        Assert.Equal((null, true, true), (problem, hasCome, File.Exists(Cached)));
    }

    [Fact]
    public void A_file_to_decompress_to_is_where_something_can_be_written()
    {
        using var file = SpillFile.TryOpen(["/proc/1", _folder["missing"], _folder.Root]);

        Assert.NotNull(file);
        RandomAccess.Write(file, new byte[10], 0);
        Assert.Empty(Directory.GetFiles(_folder.Root));
        Assert.Null(SpillFile.TryOpen(["/proc/1"]));
    }

    /// <summary>Answers one request with these bytes; returns its path.</summary>
    private async Task<string> Answer(byte[] content)
    {
        var context = await _listener.GetContextAsync();
        try
        {
            await context.Response.OutputStream.WriteAsync(content);
            context.Response.Close();
        }
        catch (HttpListenerException)
        {
            // The other side has seen enough.
        }

        return context.Request.Url!.AbsolutePath;
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
