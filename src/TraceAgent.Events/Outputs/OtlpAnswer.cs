using System.Globalization;
using System.Net;
using Google.Protobuf;

namespace TraceAgent.Events.Outputs;

/// <summary>The answer of a receiver to a request.</summary>
/// <param name="Problem">The problem; null when it took the request.</param>
/// <param name="MayRetry">The same request may be taken later.</param>
internal sealed record OtlpAnswer(string? Problem, bool MayRetry)
{
    /// <summary>The number of events that the collector rejected from a request that it took.</summary>
    public int Rejected { get; init; }

    /// <summary>The pause that the collector asked for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static OtlpAnswer OfHttp(HttpResponseMessage response, byte[] body)
    {
        if (response.IsSuccessStatusCode)
        {
            return new OtlpAnswer(null, MayRetry: false) { Rejected = RejectedIn(body) };
        }

        var status = (int)response.StatusCode;
        return new OtlpAnswer(
            $"{status} {response.ReasonPhrase}".TrimEnd(),
            response.StatusCode is HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    /// <param name="response">The response, read to its end: the status comes last.</param>
    public static OtlpAnswer OfGrpc(HttpResponseMessage response)
    {
        var status = StatusOf(response.TrailingHeaders) ?? StatusOf(response.Headers);
        return status switch
        {
            0 => new OtlpAnswer(null, MayRetry: false),
            null => new OtlpAnswer($"{(int)response.StatusCode} without a gRPC status", (int)response.StatusCode >= 500),
            // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS: retryable (OTLP specification, "Failures").
            { } code => new OtlpAnswer($"gRPC status {code}", code is 1 or 4 or 10 or 11 or 14 or 15),
        };
    }

    private static int? StatusOf(System.Net.Http.Headers.HttpHeaders headers) =>
        headers.TryGetValues(
            "grpc-status", out var values) && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : null;

    // ExportLogsServiceResponse.partial_success = 1, ExportLogsPartialSuccess.rejected_log_records = 1 (opentelemetry-proto).
    private static int RejectedIn(byte[] body)
    {
        try
        {
            var input = new CodedInputStream(body);
            while (input.ReadTag() is not 0 and var tag)
            {
                if (tag == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited))
                {
                    var part = input.ReadBytes().CreateCodedInput();
                    return part.ReadTag() == WireFormat.MakeTag(1, WireFormat.WireType.Varint)
                        ? (int)Math.Clamp(part.ReadInt64(), 0, int.MaxValue)
                        : 0;
                }

                input.SkipLastField();
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // Some receivers answer with JSON or nothing at all: they took it.
            return 0;
        }

        return 0;
    }
}
