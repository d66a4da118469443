using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Places;

/// <summary>The keys of <c>target</c>: the processes that a rule logs.</summary>
internal static partial class FilterKeys
{
    /// <summary>The maximum number of values of one key: each is a few instructions on every hit.</summary>
    private const int MaxValues = 16;

    private static readonly TextForm User = new(UserForm(), "the name or number of a user", "such as www-data or 33");
    private static readonly TextForm Cgroup = new(CgroupForm(), "a cgroup", "such as system.slice/nginx.service");
    private static readonly TextForm Container = new(
        ContainerForm(), "the ID of a container", "its first 6 to 64 digits, in quotes, as docker ps prints it");

    public static KeyTable<FilterDraft> Table { get; } = new(
        new Key<FilterDraft>(
            "pid", "Process ID, or a list of them.", ListOf(JsonSchema.Integer.Minimum(1)),
            (filter, entry, bag) => Each(entry, bag, value => ReadPid(filter, value, bag))),
        new Key<FilterDraft>(
            "process", "Name of the thread that makes the call, as {comm} shows it, or a pattern with one or two *; or a list.",
            ListOf(JsonSchema.String.MinLength(1)),
            (filter, entry, bag) => Each(entry, bag, value => ReadProcess(filter, value, bag))),
        new Key<FilterDraft>(
            "user", "Name or number of the user that the process runs as; or a list.", ListOf(JsonSchema.Scalar),
            (filter, entry, bag) => Each(entry, bag, value =>
                ReadForm(filter.Users, value, User, bag))),
        new Key<FilterDraft>(
            "cgroup",
            "Path of a cgroup (version 2) below the root of its file system, or its number; those below it are included. Or a list.",
            ListOf(JsonSchema.Scalar),
            (filter, entry, bag) => Each(
                entry, bag, value => ReadForm(filter.Cgroups, value, Cgroup, bag))),
        new Key<FilterDraft>(
            "container", "ID of a container as docker ps or crictl ps prints it, 6 digits or more; or a list.",
            ListOf(JsonSchema.String.Pattern("^[0-9a-f]{6,64}$")),
            (filter, entry, bag) => Each(entry, bag, value => ReadForm(filter.Containers, value, Container, bag))));

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        var draft = new FilterDraft();
        Table.Read("a target", entry.Value, draft, bag);
        rule.Filter = draft.Finish();
    }

    private static JsonSchema ListOf(JsonSchema item) =>
        JsonSchema.AnyOf(item, JsonSchema.Array.MinItems(1).MaxItems(MaxValues).Items(item));

    private static void Each(YamlEntry entry, DiagnosticBag bag, Action<YamlScalar> read)
    {
        var items = entry.Value is YamlSequence list ? list.Items : [entry.Value];
        if (items.Count is 0 or > MaxValues)
        {
            bag.Error(DiagnosticCode.InvalidValue,
                entry.Value.At, $"'{entry.Key.Value}' has {items.Count} values, and 1 to {MaxValues} are possible");
            return;
        }

        foreach (var item in items)
        {
            if (item is YamlScalar { IsNull: false } scalar)
            {
                read(scalar);
            }
            else
            {
                bag.Error(DiagnosticCode.WrongType, item.At, $"'{entry.Key.Value}' takes a value or a list of values, not {item.Kind}");
            }
        }
    }

    private static void ReadPid(FilterDraft filter, YamlScalar value, DiagnosticBag bag)
    {
        if (int.TryParse(value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
        {
            filter.Pids.Add(pid);
        }
        else
        {
            bag.Error(DiagnosticCode.InvalidValue,
                value.At, $"'{Quoted.Clip(value.Value)}' is not a process ID", "for a process by name, write 'process: name'");
        }
    }

    private static void ReadProcess(FilterDraft filter, YamlScalar value, DiagnosticBag bag)
    {
        if (TextPattern.Of(value.Value, "~", ofThread: true, out var problem) is { } test)
        {
            filter.Processes.Add(test);
        }
        else
        {
            bag.Error(DiagnosticCode.InvalidValue, value.At, problem);
        }
    }

    private static void ReadForm(List<string> values, YamlScalar value, TextForm form, DiagnosticBag bag)
    {
        if (form.Pattern.IsMatch(value.Value))
        {
            values.Add(value.Value);
        }
        else
        {
            bag.Error(DiagnosticCode.InvalidValue, value.At, $"'{Quoted.Clip(value.Value)}' is not {form.What}", form.Hint);
        }
    }

    /// <summary>The form of a text: its pattern, its noun in messages, and an example.</summary>
    private sealed record TextForm(Regex Pattern, string What, string Hint);

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.@\\$-]{0,255}\z")]
    private static partial Regex UserForm();

    [GeneratedRegex(@"^(?!(.*/)?\.\.(/|\z))[^\x00-\x1f]{1,4095}\z")]
    private static partial Regex CgroupForm();

    [GeneratedRegex(@"^[0-9a-f]{6,64}\z")]
    private static partial Regex ContainerForm();
}

/// <summary>The part of a <c>target</c> that has been read so far.</summary>
internal sealed class FilterDraft
{
    public List<long> Pids { get; } = [];

    public List<TextTest> Processes { get; } = [];

    public List<string> Users { get; } = [];

    public List<string> Cgroups { get; } = [];

    public List<string> Containers { get; } = [];

    public ProcessFilter Finish() => new(
        Pids.ToEquatableArray(),
        Processes.ToEquatableArray(), Users.ToEquatableArray(), Cgroups.ToEquatableArray(), Containers.ToEquatableArray());
}
