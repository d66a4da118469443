using TraceAgent.Capture;
using TraceAgent.Events.Outputs;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The keys of <c>otlp:</c>.</summary>
internal static class OtlpKeys
{
    private const string Http = "http/protobuf";

    private static readonly Dictionary<string, bool> Protocols = new() { [Http] = false, ["grpc"] = true };

    public static KeyTable<OutputDraft> Table { get; } = new(
        new Key<OutputDraft>(
            "endpoint",
            "Where the receiver listens, such as http://127.0.0.1:4318. By HTTP, /v1/logs is put after it unless it ends so.",
            JsonSchema.String.Pattern(@"^(https?://|\$\{)").Examples("http://127.0.0.1:4318"),
            (draft, entry, bag) => draft.Endpoint = Endpoint(entry, draft.Agent, bag))
        {
            Required = true,
        },
        new Key<OutputDraft>(
            "protocol",
            "http/protobuf (the default) or grpc.",
            JsonSchema.Enum("http/protobuf", "grpc"),
            (draft, entry, bag) => draft.Grpc = ScalarValue.OneOf(entry, Protocols, bag) ?? false),
        new Key<OutputDraft>(
            "headers",
            "Sent with every request, such as an authorization. Best taken from the environment: ${VAR}.",
            JsonSchema.Object.PropertyNames(JsonSchema.Empty.Pattern("^[A-Za-z0-9-]+$")).AdditionalProperties(JsonSchema.String),
            ReadHeaders));

    public static void Read(OutputDraft draft, YamlEntry entry, DiagnosticBag bag)
    {
        Table.Read("an otlp output", entry.Value, draft, bag);
        if (draft.Endpoint is { } endpoint)
        {
            draft.Output = new OutputConfiguration.Otlp(endpoint, draft.Grpc, draft.Headers.ToEquatableArray());
        }
    }

    private static Uri? Endpoint(YamlEntry entry, AgentDraft agent, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar || EnvironmentText.Expand(scalar, agent, bag) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
            && endpoint.Scheme is "http" or "https" && endpoint.UserInfo.Length == 0)
        {
            return endpoint;
        }

        bag.Error(DiagnosticCode.InvalidValue,
            scalar.At, $"'{Quoted.Clip(text)}' is not an address", "such as http://127.0.0.1:4318; a password belongs into 'headers'");
        return null;
    }

    private static void ReadHeaders(OutputDraft draft, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlMapping headers)
        {
            bag.Error(DiagnosticCode.WrongType, entry.Value.At, $"'headers' must be a mapping (name: value), not {entry.Value.Kind}");
            return;
        }

        foreach (var header in headers.Entries)
        {
            var name = header.Key.Value;
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            {
                bag.Error(DiagnosticCode.InvalidValue,
                    header.Key.At, $"'{Quoted.Clip(name)}' is not the name of a header", "letters, digits and -");
            }
            else if (draft.Headers.Exists(other => other.Key.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                bag.Error(DiagnosticCode.DuplicateKey, header.Key.At, $"'{name}' is already set");
            }
            else if (ScalarValue.Text(header, bag) is { } scalar && EnvironmentText.Expand(scalar, draft.Agent, bag) is { } value)
            {
                if (value.Any(c => c is < ' ' or > '~'))
                {
                    bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"the header '{name}' must be printable ASCII");
                    continue;
                }

                draft.Headers.Add(new(name, value));
            }
        }
    }
}
