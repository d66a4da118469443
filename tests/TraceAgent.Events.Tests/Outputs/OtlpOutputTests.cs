using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Outputs;

namespace TraceAgent.Events.Tests.Outputs;

/// <summary>The output against a real HTTP server; that a receiver understands what it gets is proven by tests/pipelines.</summary>
public sealed class OtlpOutputTests : IDisposable
{
    private readonly Sample _sample = new("{v}", ProbeTrigger.Entry, [new(0, "v", CaptureType.Default)]);
    private readonly ConcurrentQueue<DeliveryNotice> _notices = [];
    private readonly ConcurrentQueue<byte[]> _accepted = [];
    private readonly HttpListener _server = new();
    private readonly Uri _endpoint;
    private int _requests;
    private Func<int, int> _answer = _ => 200;

    public OtlpOutputTests()
    {
        using (var any = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            any.Start();
            _endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)any.LocalEndpoint).Port}");
        }

        _server.Prefixes.Add(_endpoint + "v1/logs/");
    }

    [Fact]
    public async Task Events_arrive_when_the_output_is_closed()
    {
        Serve();
        await SendAsync(1000);

        Assert.Equal(1000, _accepted.Sum(Records));
        Assert.Empty(_notices);
    }

    [Fact]
    public async Task A_receiver_that_is_overloaded_gets_the_same_events_again_and_loses_none()
    {
        _answer = request => request <= 2 ? 503 : 200;
        Serve();
        await SendAsync(100);

        Assert.Equal(100, _accepted.Sum(Records));
        Assert.Equal([0, 0], _notices.Select(notice => notice.Dropped));
        Assert.Contains("503", _notices.First().Reason, StringComparison.Ordinal);
        Assert.Null(_notices.Last().Reason);
    }

    [Fact]
    public async Task What_a_receiver_refuses_for_good_is_dropped_and_counted()
    {
        _answer = _ => 400;
        Serve();
        await SendAsync(100);

        Assert.Equal(100, _notices.Sum(notice => notice.Dropped));
        Assert.Contains("400", _notices.First().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_sent_before_the_end_is_dropped_and_counted()
    {
        await SendAsync(700, TimeSpan.FromMilliseconds(200));

        Assert.Equal(700, _notices.Sum(notice => notice.Dropped));
    }

    [Fact]
    public async Task A_batch_for_which_there_is_no_room_is_refused_whole()
    {
        var output = Open();
        OutputFailure? failure = null;
        for (var batch = 0; batch < 200 && failure is null; batch++)
        {
            Write(output, 2000);
            failure = output.Commit();
        }

        Assert.Contains("as many events wait for it as can be kept", failure!.Reason, StringComparison.Ordinal);
        await output.CloseAsync(TimeSpan.Zero);
        Assert.Equal(0, _notices.Sum(notice => notice.Dropped) % 2000);
    }

    public void Dispose() => _server.Close();

    private async Task SendAsync(int events, TimeSpan? patience = null)
    {
        var output = Open();
        Write(output, events);
        Assert.Null(output.Commit());
        await output.CloseAsync(patience ?? TimeSpan.FromSeconds(30));
    }

    private OtlpOutput Open() => OtlpOutput.Open(new OutputConfiguration.Otlp(_endpoint, Grpc: false, []), _notices.Enqueue);

    private void Write(OtlpOutput output, int events)
    {
        for (var i = 0; i < events; i++)
        {
            output.Write(_sample.Decode(_sample.Record(i))!);
        }
    }

    private void Serve()
    {
        _server.Start();
        _ = Task.Run(async () =>
        {
            while (_server.IsListening)
            {
                var context = await _server.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                context.Response.StatusCode = _answer(++_requests);
                if (context.Response.StatusCode == 200)
                {
                    _accepted.Enqueue(body.ToArray());
                }

                context.Response.Close();
            }
        });
    }

    private static int Records(byte[] request) =>
        Parts(request, 1).SelectMany(resource => Parts(resource, 2)).Sum(scope => Parts(scope, 2).Count());

    private static IEnumerable<byte[]> Parts(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field)
            {
                yield return input.ReadBytes().ToByteArray();
            }
            else
            {
                input.SkipLastField();
            }
        }
    }
}
