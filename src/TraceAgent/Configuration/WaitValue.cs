using System.Globalization;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Linux.Host;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The value of <c>wait_for_pages</c>: a word, or a list of users.</summary>
internal static class WaitValue
{
    public static JsonSchema Schema => JsonSchema.OneOf(
        JsonSchema.Enum("all", "trusted", "none"),
        JsonSchema.Array.MinItems(1).MaxItems(63).Items(
            JsonSchema.Scalar.MinLength(1).Minimum(0).Maximum(4294967294).Examples("postgres", "1000")));

    private const string Hint = "all, trusted, none, or a list of users who are trusted beside root: [postgres, www-data]";

    /// <summary>Reads the value; null when there is an error.</summary>
    public static WaitPolicy? Read(YamlEntry entry, DiagnosticBag bag)
    {
        switch (entry.Value)
        {
            case YamlScalar { Value: "all" }:
                return WaitPolicy.All;
            case YamlScalar { Value: "trusted" }:
                return WaitPolicy.Trusted;
            case YamlScalar { Value: "none" }:
                return WaitPolicy.None;
            case YamlSequence list:
                return ReadUsers(list, bag);
            case YamlScalar { IsNull: false } scalar:
                bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"'wait_for_pages' cannot be '{Quoted.Clip(scalar.Value)}'", Hint);
                return null;
            default:
                bag.Error(
                    DiagnosticCode.WrongType,
                    entry.Value.At,
                    $"'wait_for_pages' must be a word or a list, not {entry.Value.Kind}",
                    Hint);
                return null;
        }
    }

    private static WaitPolicy? ReadUsers(YamlSequence list, DiagnosticBag bag)
    {
        var errors = bag.ErrorCount;
        if (list.Items.Count is 0 or >= WaitPolicy.MaxUsers)
        {
            bag.Error(
                DiagnosticCode.InvalidValue,
                list.At,
                $"'wait_for_pages' takes 1 to {WaitPolicy.MaxUsers - 1} users, not {list.Items.Count}",
                Hint);
            return null;
        }

        var users = new List<uint>();
        foreach (var item in list.Items)
        {
            if (item is not YamlScalar { IsNull: false } scalar)
            {
                bag.Error(DiagnosticCode.WrongType, item.At, $"a user must be a name or a number, not {item.Kind}");
            }
            else if ((uint.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var user) && user != uint.MaxValue)
                || UserAccounts.TryFind(scalar.Value, out user))
            {
                users.Add(user);
            }
            else
            {
                bag.Error(
                    DiagnosticCode.InvalidValue,
                    scalar.At,
                    $"there is no user '{Quoted.Clip(scalar.Value)}'",
                    "the name or the number of a user of this machine");
            }
        }

        return bag.ErrorCount == errors ? WaitPolicy.TrustedAnd(users) : null;
    }
}
