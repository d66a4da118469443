using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace TraceAgent.Events.Outputs;

/// <summary>A request of Serilog's sink, held so that it can be sent several times.</summary>
/// <param name="Body">The body as it was made: protobuf, or a message of gRPC with its prefix.</param>
/// <param name="Events">The number of events in it.</param>
internal sealed record OtlpRequest(HttpRequestMessage Original, byte[] Body, int Events)
{
    /// <summary>The number of bytes of the compression flag and length before a message (grpc/doc/PROTOCOL-HTTP2.md).</summary>
    private const int GrpcPrefix = 5;

    public static async Task<OtlpRequest> OfAsync(HttpRequestMessage original, bool grpc)
    {
        var body = await original.Content!.ReadAsByteArrayAsync().ConfigureAwait(false);
        return new OtlpRequest(original, body, CountEvents(body.AsMemory(grpc ? GrpcPrefix : 0)));
    }

    /// <summary>The answer of a receiver that has taken everything.</summary>
    public static HttpResponseMessage Accepted(HttpRequestMessage request, bool grpc)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Version = request.Version,
            Content = new ByteArrayContent(grpc ? new byte[GrpcPrefix] : []),
        };
        if (grpc)
        {
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            response.TrailingHeaders.Add("grpc-status", "0");
        }

        return response;
    }

    /// <summary>A message that can be sent once.</summary>
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Original.Method, Original.RequestUri)
        {
            Version = Original.Version,
            VersionPolicy = Original.VersionPolicy,
            Content = new ByteArrayContent(Body),
        };
        foreach (var (name, values) in Original.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, values);
        }

        message.Content.Headers.ContentType = Original.Content!.Headers.ContentType;
        return message;
    }

    // ExportLogsServiceRequest.resource_logs = 1, ResourceLogs.scope_logs = 2, ScopeLogs.log_records = 2 (opentelemetry-proto).
    private static int CountEvents(ReadOnlyMemory<byte> request) =>
        Parts(request, 1).SelectMany(resource => Parts(resource, 2)).Sum(scope => Parts(scope, 2).Count);

    private static List<ReadOnlyMemory<byte>> Parts(ReadOnlyMemory<byte> message, int field)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        var input = new CodedInputStream(message.ToArray());
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited))
            {
                parts.Add(input.ReadBytes().Memory);
            }
            else
            {
                input.SkipLastField();
            }
        }

        return parts;
    }
}
