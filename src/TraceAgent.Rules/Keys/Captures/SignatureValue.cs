using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Captures;

/// <summary>Reads <c>signature</c>.</summary>
internal static class SignatureValue
{
    public static JsonSchema Schema => JsonSchema.String.Pattern(@"\(")
        .MaxLength(4096)
        .Examples("ssize_t write(int fd, const char *buf, size_t count)");

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag, severalLines: true) is not { } scalar
            || PrototypeReader.Read(scalar.Value, problem => bag.Error(scalar, problem)) is not { } prototype)
        {
            return;
        }

        if (prototype.Parameters.Count > ArgumentsValue.MaxArguments)
        {
            bag.Error(
                DiagnosticCode.InvalidValue,
                scalar.At,
                $"the signature has {prototype.Parameters.Count} parameters; a rule captures at most {ArgumentsValue.MaxArguments}",
                "write '...' for the last ones");
            return;
        }

        var used = new HashSet<string>();
        var arguments = new List<WrittenArgument>();
        var register = 0;
        for (var i = 0; i < prototype.Parameters.Count; i++)
        {
            var parameter = prototype.Parameters[i];
            var name = parameter.Name ?? $"arg{i + 1}";
            var at = scalar.SpanOf(parameter.Start, parameter.Length);
            if (ValueName.Take(name, at, used, bag))
            {
                arguments.Add(new WrittenArgument(i, register, new(name, at), parameter.Spec, scalar));
            }

            register += parameter.Spec.Registers;
        }

        rule.SignatureArguments = arguments;
        rule.SignatureReturn = prototype.Return;
        rule.ReturnsNothing = prototype.Return is null;
        rule.Form = new CallForm(
            prototype.Parameters.Select(parameter => parameter.Spec.Registers).ToEquatableArray(),
            prototype.Object,
            prototype.Result)
        {
            ResultClass = prototype.ResultClass,
            Scope = prototype.Scope,
        };
    }
}
