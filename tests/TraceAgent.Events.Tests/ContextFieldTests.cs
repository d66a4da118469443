using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Formatting;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Processes;
using TraceAgent.Events.Shapes;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Files;

namespace TraceAgent.Events.Tests;

/// <summary>What a line has only because its message names it.</summary>
public class ContextFieldTests
{
    [Fact]
    public void What_the_message_names_is_also_a_property()
    {
        var line = Line("format: '{uid} {gid:x} {cgroup} {ppid}'", ("uid", 1000), ("gid", 255), ("cgroup", 42));
        Assert.Equal("1000 ff /slice/42 7", line.GetProperty("@m").GetString());
        Assert.Equal("""{"ppid":7,"uid":1000,"gid":255,"cgroup":"/slice/42"}""", Json(line, "ppid", "uid", "gid", "cgroup"));
        Assert.Equal("{}", line.GetProperty("args").GetRawText());
        Assert.False(line.TryGetProperty("ret", out _));
    }

    [Fact]
    public void It_stands_beside_arguments_and_return_value()
    {
        var line = Line("on: call, args: [n: int], ret: int, format: '{n} {uid} {ret}'", ("n", 3), ("uid", 65534), ("ret", -1));
        Assert.Equal("3 65534 -1", line.GetProperty("@m").GetString());
        Assert.Equal("""{"args":{"n":3},"ret":-1,"uid":65534}""", Json(line, "args", "ret", "uid"));
    }

    [Fact]
    public void Other_messages_have_none_of_it() =>
        Assert.Equal("{}", Json(Line("format: '{pid}'"), "ppid", "uid", "gid", "cgroup"));

    [Fact]
    public void A_parent_that_cannot_be_known_is_null_and_says_why()
    {
        var line = Line("format: 'by {ppid,6}'", parent: null);
        Assert.Equal("by <gone>", line.GetProperty("@m").GetString());
        Assert.Equal("""{"ppid":null,"problems":{"ppid":"gone"}}""", Json(line, "ppid", "problems"));
    }

    [Fact]
    public void A_command_line_is_there_when_the_message_names_it_and_hides_secrets()
    {
        var line = Line("format: 'ran {cmdline}'");
        Assert.Equal("ran login --password=*** -v", line.GetProperty("@m").GetString());
        Assert.Equal("""{"cmdline":"login --password=*** -v"}""", Json(line, "cmdline", "problems"));
    }

    [Fact]
    public void A_command_line_that_cannot_be_known_is_null_and_says_why()
    {
        var line = Line("format: 'ran {cmdline}'", parent: null);
        Assert.Equal("ran <gone>", line.GetProperty("@m").GetString());
        Assert.Equal("""{"cmdline":null,"problems":{"cmdline":"gone"}}""", Json(line, "cmdline", "problems"));
    }

    [Fact]
    public void An_argument_that_is_called_by_its_other_name_has_its_property_once_and_under_its_own()
    {
        var line = Line("args: [fd: int, pin: int], redact: [arg2], format: '{arg1:x} {fd} {arg2} {pin}'", ("fd", -1), ("pin", 1234));
        Assert.Equal("ffffffff -1 *** ***", line.GetProperty("@m").GetString());
        Assert.Equal("""{"fd":-1,"pin":"***"}""", line.GetProperty("args").GetRawText());
    }

    [Theory]
    [InlineData("{uid} {gid:x} {cgroup} {ppid:x4}", "1000 ff /slice/42 0007")]
    [InlineData("{arg1:x8} {n,5}|", "00000003     3|")]
    public void Formatters_of_others_find_every_name_of_the_template(string format, string message)
    {
        var line = Line(
            $"args: [n: int], format: '{format}'", new ClefTemplateFormatter(), 7, ("n", 3), ("uid", 1000), ("gid", 255), ("cgroup", 42));
        var template = new Serilog.Parsing.MessageTemplateParser().Parse(line.GetProperty("@mt").GetString()!);
        Assert.All(template.Tokens.OfType<Serilog.Parsing.PropertyToken>(), hole =>
            Assert.True(line.TryGetProperty(hole.PropertyName, out _), hole.PropertyName));
        var flat = Decode($"args: [n: int], format: '{format}'", 7, ("n", 3), ("uid", 1000), ("gid", 255), ("cgroup", 42));
        Assert.Equal(message, SerilogEventConverter.Of(flat).RenderMessage(CultureInfo.InvariantCulture));
    }

    private static JsonElement Line(string keys, params (string, long)[] values) => Line(keys, new ClefFormatter(), 7, values);

    private static JsonElement Line(string keys, int? parent) => Line(keys, new ClefFormatter(), parent);

    private static JsonElement Line(string keys, LineFormatter formatter, int? parent, params (string, long)[] values) =>
        JsonDocument.Parse(Sample.LineOf(Decode(keys, parent, values), formatter)).RootElement;

    private static TracedEvent Decode(string keys, int? parent, params (string Name, long Value)[] values)
    {
        var file = RuleFileReader.Read("x.yaml", "/", Encoding.UTF8.GetBytes($"rules: [{{name: x, binary: /b, symbol: f, {keys}}}]"));
        Assert.Empty(file.Diagnostics);
        var rule = file.Rules[0];
        var bound = BoundRule.Of(rule, CSiteAbi.X64);
        var kind = bound.Plan.Kinds[0];
        var layout = bound.Plan.LayoutOf(kind);
        var record = new byte[layout.Size];
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(RecordLayout.KindOffset), (ushort)kind);
        foreach (var value in bound.ValuesOf(kind))
        {
            BinaryPrimitives.WriteInt64LittleEndian(
                record.AsSpan(layout.Fields[value.FieldIndex].Offset), values.Single(v => v.Name == value.Name).Value);
        }

        var decoder = new EventDecoder(
            new WallClock(() => new ClockSample(0, Sample.Epoch, 0)),
            new ProcessNames(null, _ => new ProcessFacts("/b", parent, parent is null ? null : "login --password=hunter2 -v")),
            new CgroupNames((id, _) => $"/slice/{id}"));
        return decoder.Decode(record, EventShape.Of(rule, bound, [SiteName.Of("f", "/b")]))!;
    }

    private static string Json(JsonElement line, params string[] keys) => "{" + string.Join(',', keys
        .Where(key => line.TryGetProperty(key, out _)).Select(key => $"\"{key}\":{line.GetProperty(key).GetRawText()}")) + "}";
}
