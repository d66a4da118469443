using TraceAgent.Capture;
using TraceAgent.Capture.Variables;

namespace TraceAgent.Dwarf.Service;

/// <summary>The form in which questions and answers go from one process to the other.</summary>
public static partial class DebugWire
{
    /// <summary>The maximum length of a message in bytes.</summary>
    public const int MaxBytes = 4 << 20;

    private const int MaxFiles = 1 << 16;
    private const int MaxVariables = 1024;
    private const int MaxProblems = 64;
    private const int MaxMissing = DebugInfoReader.MaxSplitFiles;

    public static byte[] Write(DebugQuery query)
    {
        var writer = new WireWriter();
        switch (query)
        {
            case DebugQuery.Lines lines:
                writer.Byte(WireTag.Lines);
                writer.Text(lines.File);
                writer.Number(lines.First);
                writer.Number(lines.Last);
                writer.Flag(lines.WithVariables);
                break;
            case DebugQuery.Code code:
                writer.Byte(WireTag.Code);
                writer.Number(code.Start);
                writer.Number(code.End);
                writer.Flag(code.WithVariables);
                break;
            case DebugQuery.Function function:
                writer.Byte(WireTag.Function);
                writer.Text(function.Name);
                writer.Flag(function.WithVariables);
                break;
            case DebugQuery.Parameters parameters:
                writer.Byte(WireTag.Parameters);
                writer.Number((ulong)parameters.Hops);
                writer.List([.. parameters.TypeNames.Take(DebugQuery.Parameters.MaxNames)], writer.Text);
                writer.List([.. parameters.Functions], function =>
                {
                    writer.Number(function.Address);
                    writer.List([.. function.Names], writer.Text);
                });
                break;
            case DebugQuery.Wanted wanted:
                writer.Byte(WireTag.Wanted);
                writer.Number((ulong)wanted.Hops);
                writer.List([.. wanted.TypeNames.Take(DebugQuery.Parameters.MaxNames)], writer.Text);
                writer.List([.. wanted.Places], line => LineWire.Write(writer, line));
                break;
            default:
                writer.Byte(WireTag.Files);
                break;
        }

        return writer.Written.ToArray();
    }

    /// <summary>Reads a question; null when the bytes are none.</summary>
    public static DebugQuery? ReadQuery(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        DebugQuery? query = reader.Byte() switch
        {
            WireTag.Files => new DebugQuery.Files(),
            WireTag.Lines => new DebugQuery.Lines(reader.Text(), reader.Line(), reader.Line(), reader.Flag()),
            WireTag.Code => new DebugQuery.Code(reader.Number(), reader.Number(), reader.Flag()),
            WireTag.Function => new DebugQuery.Function(reader.Text(), reader.Flag()),
            WireTag.Parameters => Parameters(ref reader),
            WireTag.Wanted => LineWire.ReadWanted(ref reader),
            _ => null,
        };
        return reader.HasFailed || !reader.IsAtEnd ? null : query;
    }

    /// <summary>Writes an answer, without its last places if it would be longer than <see cref="MaxBytes"/>.</summary>
    public static byte[] Write(DebugAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var head = new WireWriter();
        head.List([.. answer.Problems.Take(MaxProblems)], head.Text);
        head.List([.. answer.Missing.Take(MaxMissing)], file =>
        {
            head.Text(file.Folder);
            head.Text(file.Name);
        });
        var isCut = answer.IsCut;
        isCut |= WriteUpTo(head, [.. answer.Files], (writer, file) => writer.Text(file));
        isCut |= WriteUpTo(head, [.. answer.Sites], LineWire.Write);
        isCut |= WriteUpTo(head, [.. answer.Lines], LineWire.Write);

        // All types or none: they name each other by index.
        var types = new WireWriter();
        ShapeWire.Write(types, answer.Types);
        var hasRoom = head.Written.Length + types.Written.Length < MaxBytes / 2;
        isCut |= !hasRoom;
        head.Append(hasRoom ? types.Written : NoTypes());
        head.List(hasRoom ? [.. answer.NamedTypes] : (KeyValuePair<string, int>[])[], named =>
        {
            head.Text(named.Key);
            head.Index(named.Value);
        });
        isCut |= WriteUpTo(head, hasRoom ? [.. answer.Functions] : (FunctionParameters[])[], Write);
        head.Flag(isCut);
        return head.Written.ToArray();
    }

    /// <summary>Reads an answer; null when the bytes are none, which only a process that was taken over writes.</summary>
    public static DebugAnswer? ReadAnswer(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var problems = reader.Texts(MaxProblems);
        var missing = new SplitFile[reader.Count(MaxMissing)];
        for (var i = 0; i < missing.Length; i++)
        {
            missing[i] = new SplitFile(reader.Text(), reader.Text());
        }

        var files = reader.Texts(MaxFiles);
        var sites = new LineSite[reader.Count(DebugInfoReader.MaxSites)];
        for (var i = 0; i < sites.Length; i++)
        {
            sites[i] = LineWire.ReadSite(ref reader);
        }

        var lines = new FoundLine[reader.Count(DebugQuery.Wanted.MaxLines)];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = LineWire.ReadFound(ref reader);
        }

        var types = ShapeWire.Read(ref reader);
        var named = new KeyValuePair<string, int>[reader.Count(DebugQuery.Parameters.MaxNames)];
        for (var i = 0; i < named.Length; i++)
        {
            named[i] = new(reader.Text(), reader.Index(types.Shapes.Count) ?? reader.Failed(0));
        }

        var functions = new FunctionParameters[reader.Count(DebugQuery.Parameters.MaxFunctions)];
        for (var i = 0; i < functions.Length; i++)
        {
            functions[i] = new FunctionParameters(
                reader.Number(), Variables(ref reader, types), reader.Flag() ? Variable(ref reader, types) : null)
            {
                TakesMore = reader.Flag(),
                Statics = Statics(ref reader, types.Shapes.Count),
            };
        }

        var isCut = reader.Flag();
        return reader.HasFailed || !reader.IsAtEnd
            ? null
            : new DebugAnswer
            {
                Files = files,
                Sites = [.. sites],
                Lines = [.. lines],
                Types = types,
                NamedTypes = [.. named],
                Functions = [.. functions],
                Problems = problems,
                Missing = [.. missing],
                IsCut = isCut,
            };
    }

    private static DebugQuery.Parameters Parameters(ref WireReader reader)
    {
        var hops = (int)reader.Checked(reader.Number(), DebugQuery.Parameters.MaxHops);
        var typeNames = reader.Texts(DebugQuery.Parameters.MaxNames);
        var functions = new AskedFunction[reader.Count(DebugQuery.Parameters.MaxFunctions)];
        for (var i = 0; i < functions.Length; i++)
        {
            functions[i] = new AskedFunction(reader.Number(), reader.Texts(DebugQuery.Parameters.MaxNames));
        }

        return new DebugQuery.Parameters([.. functions], hops) { TypeNames = typeNames };
    }

    private static ReadOnlySpan<byte> NoTypes()
    {
        var writer = new WireWriter();
        ShapeWire.Write(writer, TypeTable.Empty);
        return writer.Written;
    }

    private static bool WriteUpTo<T>(WireWriter writer, IReadOnlyList<T> items, Action<WireWriter, T> write)
    {
        var body = new WireWriter();
        var count = 0;
        for (; count < items.Count; count++)
        {
            var one = new WireWriter();
            write(one, items[count]);
            if (writer.Written.Length + body.Written.Length + one.Written.Length > MaxBytes - 64)
            {
                break;
            }

            body.Append(one.Written);
        }

        writer.Number((ulong)count);
        writer.Append(body.Written);
        return count < items.Count;
    }
}
