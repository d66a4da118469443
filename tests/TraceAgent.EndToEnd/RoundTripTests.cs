using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceAgent.EndToEnd;

/// <summary>Random values of random types come out of a process, through the kernel, as what they are.</summary>
public sealed class RoundTripTests : IDisposable
{
    private const int BlockSize = 256;
    private const int Rules = 12;
    private const int Calls = 25;

    /// <summary>How the bytes of a scalar are written in JSON, from nothing but the documentation of the types.</summary>
    private static readonly (string Name, int Size, Func<byte[], JsonNode?> Json)[] Scalars =
    [
        ("int8", 1, bytes => (sbyte)bytes[0]), ("uint8", 1, bytes => bytes[0]),
        ("short", 2, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        ("uint16_t", 2, bytes => BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        ("int", 4, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        ("u32", 4, bytes => BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        ("long", 8, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        ("size_t", 8, bytes => Unsigned(BinaryPrimitives.ReadUInt64LittleEndian(bytes))),
        ("ptr", 8, bytes => $"0x{BinaryPrimitives.ReadUInt64LittleEndian(bytes):x}"),
        ("bool", 1, bytes => bytes[0] != 0),
    ];

    /// <summary>Those that lie in memory only.</summary>
    private static readonly (string Name, int Size, Func<byte[], JsonNode?> Json)[] InMemory =
    [
        .. Scalars,
        ("float", 4, bytes => Real(BinaryPrimitives.ReadSingleLittleEndian(bytes))),
        ("double", 8, bytes => Real(BinaryPrimitives.ReadDoubleLittleEndian(bytes))),
    ];

    /// <summary>What is named by a type behind an address.</summary>
    private static readonly (string Name, int Size, Func<byte[], JsonNode?> Json)[] Areas =
    [
        ("bytes(17)", 17, bytes => Convert.ToHexStringLower(bytes)),
        ("ipv6", 16, bytes => new IPAddress(bytes).ToString()),
        ("string(20)", 20, bytes => Encoding.UTF8.GetString(bytes.AsSpan(0, Array.IndexOf(bytes, (byte)0)))),
        ("utf16(10)", 20, bytes => Encoding.Unicode.GetString(bytes.AsSpan(0, EndOf(bytes)))),
    ];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Random_types_and_values_come_through_the_kernel_as_they_were()
    {
        // The seed is in the message of a failure.
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var program = TracedProgram.Compile("echo");
        var plans = Enumerable.Range(0, Rules).Select(i => new Plan($"plan{i}", random)).ToArray();
        var text = RuleText.File([.. plans.Select(plan => RuleText.Rule(plan.Name, program, "Take", plan.Lines()))]);
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", text));
        using var echo = TracedProgram.Start(program);
        var given = new List<(long[] Numbers, byte[] Block)>();
        for (var i = 0; i < Calls; i++)
        {
            var (numbers, block) = (RandomNumbers(random), RandomBlock(random));
            given.Add((numbers, block));
            echo.Ask($"{string.Join(' ', numbers)} {Convert.ToHexString(block)}");
        }

        echo.Finish();
        agent.Stop();
        foreach (var plan in plans)
        {
            var events = agent.Events(plan.Name);
            Assert.True(events.Count == Calls, $"{events.Count} events of {plan.Name}, seed {seed}\n{text}\n{agent.Dump()}");
            for (var i = 0; i < Calls; i++)
            {
                var expected = plan.Args(given[i].Numbers, given[i].Block);
                var actual = JsonNode.Parse(events[i].Json.GetProperty("args").GetRawText())!.AsObject();
                foreach (var (name, value) in expected)
                {
                    Assert.True(
                        JsonNode.DeepEquals(value, actual[name]),
                        $"{plan.Name}.{name}: {value?.ToJsonString()} is {actual[name]?.ToJsonString()}, seed " +
                            $"{seed}\n{text}\n{Convert.ToHexString(given[i].Block)}");
                }
            }
        }
    }

    private static JsonNode? Unsigned(ulong value) =>
        value <= long.MaxValue ? JsonValue.Create((long)value) : value.ToString(CultureInfo.InvariantCulture);

    private static JsonNode? Real<T>(T value)
        where T : struct, System.Numerics.IFloatingPoint<T> =>
        T.IsFinite(value) ? JsonNode.Parse(JsonSerializer.Serialize(value)) : value.ToString(null, CultureInfo.InvariantCulture);

    private static int EndOf(byte[] utf16) =>
        Enumerable.Range(0, utf16.Length / 2).First(i => utf16[2 * i] == 0 && utf16[(2 * i) + 1] == 0) * 2;

    private static long[] RandomNumbers(Random random) =>
        [.. Enumerable.Range(0, 5)
            .Select(_ => random.Next(3) == 0 ? random.Next(-300, 300) : random.NextInt64(long.MinValue, long.MaxValue))];

    /// <summary>Random bytes, with two NULs at the end of each row of 16, so that every text ends within its bounds.</summary>
    private static byte[] RandomBlock(Random random)
    {
        var block = new byte[BlockSize];
        random.NextBytes(block);
        for (var i = 14; i < block.Length; i += 16)
        {
            block[i] = block[i + 1] = 0;
        }

        return block;
    }

    /// <summary>The types of the five arguments, and of what lies in the block.</summary>
    private sealed class Plan
    {
        private readonly List<(string Name, string Type, Func<long[], byte[], JsonNode?> Json)> _arguments = [];
        private readonly List<(string Name, string Expression, Func<long[], byte[], JsonNode?> Json)> _captures = [];

        public Plan(string name, Random random)
        {
            Name = name;
            for (var i = 0; i < 5; i++)
            {
                var (index, (type, size, json)) = (i, Scalars[random.Next(Scalars.Length)]);
                _arguments.Add(($"a{i}", type, (numbers, _) => json(BitConverter.GetBytes(numbers[index])[..size])));
            }

            for (var i = 0; i < 10; i++)
            {
                // Texts begin where a unit does, and end before the block does.
                var offset = random.Next(0, BlockSize / 2) * 2 % (BlockSize - 72);
                _captures.Add(random.Next(3) switch
                {
                    0 => Scalar($"v{i}", InMemory[random.Next(InMemory.Length)], offset),
                    1 => List($"v{i}", InMemory[random.Next(InMemory.Length)], random.Next(1, 9), offset),
                    _ => Area($"v{i}", Areas[random.Next(Areas.Length)], offset),
                });
            }
        }

        public string Name { get; }

        public string[] Lines() =>
        [
            $"args: [{string.Join(", ", _arguments.Select(a => $"{a.Name}: {a.Type}"))}, block: ptr]",
            "capture:",
            .. _captures.Select(c => $"  {c.Name}: {c.Expression}"),
        ];

        public IEnumerable<(string Name, JsonNode? Value)> Args(long[] numbers, byte[] block) =>
            _arguments.Select(a => (a.Name, a.Json(numbers, block))).Concat(_captures.Select(c => (c.Name, c.Json(numbers, block))));

        private static (string, string, Func<long[], byte[], JsonNode?>) Scalar(
            string name, (string Name, int Size, Func<byte[], JsonNode?> Json) type, int offset) =>
            (name, $"'*({type.Name}*)(block + {offset})'", (_, block) => type.Json(block[offset..(offset + type.Size)]));

        private static (string, string, Func<long[], byte[], JsonNode?>) List(
            string name, (string Name, int Size, Func<byte[], JsonNode?> Json) type, int count, int offset) =>
            (name, $"{{value: block + {offset}, type: '{type.Name}[{count}]'}}", (_, block) => new JsonArray(
                [.. Enumerable.Range(0, count).Select(i => type.Json(block.AsSpan(offset + (i * type.Size), type.Size).ToArray()))]));

        private static (string, string, Func<long[], byte[], JsonNode?>) Area(
            string name, (string Name, int Size, Func<byte[], JsonNode?> Json) type, int offset) =>
            (name, $"{{value: block + {offset}, type: '{type.Name}'}}", (_, block) => type.Json(block[offset..(offset + type.Size)]));
    }
}
