using TraceAgent.Capture.Formatting;
using TraceAgent.Rules;

namespace TraceAgent.Events.Shapes;

/// <summary>A rule's message with every name resolved, so that no event looks one up.</summary>
internal sealed class BoundMessage
{
    private readonly KindShape _shape;
    private readonly EventField[] _fields;
    private readonly Dictionary<string, BoundText> _structures = [];
    private readonly BoundTextBuilder _text = new();
    private readonly BoundTextBuilder _json = new();

    /// <param name="template">The template as in the rule.</param>
    /// <param name="shape">The shape, with its fields, sites and process properties.</param>
    public BoundMessage(MessageTemplate template, KindShape shape)
    {
        (_shape, _fields) = (shape, shape.Fields);
        var tokens = template.Tokens;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token is MessageToken.Hole hole)
            {
                var isCalled = hole is { Name: "symbol", Format: null }
                    && i + 1 < tokens.Count && tokens[i + 1] is MessageToken.Literal { Text: ['(', ..] };
                Bind(isCalled ? hole with { Format = MessageText.BareSymbol } : hole);
            }
            else
            {
                Literal(((MessageToken.Literal)token).Text);
            }
        }

        (Text, Json) = (_text.Build(), _json.Build());
    }

    /// <summary>The message without escapes.</summary>
    public BoundText Text { get; }

    /// <summary>The message as the inside of a JSON string.</summary>
    public BoundText Json { get; }

    /// <summary>The structures that the message names, as texts, by their names.</summary>
    public IReadOnlyDictionary<string, BoundText> Structures => _structures;

    private void Bind(MessageToken.Hole hole)
    {
        var width = hole.Alignment ?? 0;
        if (Array.FindIndex(_fields, f => f.Name == hole.Name) is >= 0 and var index)
        {
            Add(new Hole(HoleSource.Value, index, hole.Format, width)
            { IsNumber = hole.Format is null && width == 0 && _fields[index].IsNumber });
            return;
        }

        if (StructureText.Find(_shape.Members, hole.Name) is { } structure)
        {
            _structures[hole.Name] = Add(structure);
            return;
        }

        if (Array.FindIndex(_shape.OfProcess, property => property.Name == hole.Name) is >= 0 and var at)
        {
            Add(new Hole(HoleSource.Process, at, hole.Format, width));
            return;
        }

        HoleSource? source = hole.Name switch
        {
            "duration" => HoleSource.Duration,
            "pid" => HoleSource.Pid,
            "tid" => HoleSource.Tid,
            "comm" => HoleSource.Comm,
            "exe" => HoleSource.Executable,
            "symbol" => HoleSource.Symbol,
            "binary" => HoleSource.Binary,
            "time" => HoleSource.Time,
            _ => null,
        };
        switch (source, _shape.Sites)
        {
            case (null, _):
                Literal(Constant(hole.Name), width);
                break;
            case (HoleSource.Symbol, [var only]):
                Literal(MessageText.SymbolText(only.Text, hole.Format), width);
                break;
            case (HoleSource.Binary, [var only]):
                Literal(only.Binary, width);
                break;
            default:
                Add(new Hole(source.Value, 0, hole.Format, width));
                break;
        }
    }

    /// <summary>Adds the text of a structure, and returns it.</summary>
    private BoundText Add(EventField structure)
    {
        var alone = new BoundTextBuilder();
        StructureText.Take(
            structure,
            literal =>
            {
                Literal(literal);
                alone.Add(literal);
            },
            field =>
            {
                var hole = new Hole(HoleSource.Value, field.Index) { IsNumber = field.IsNumber };
                Add(hole);
                alone.Add(hole);
            });
        return alone.Build();
    }

    private void Add(Hole hole)
    {
        _text.Add(hole);
        _json.Add(hole with { IsEscaped = !IsPlain(hole) });
    }

    // Serilog shows a hole without a value as it was written.
    private string Constant(string name) => name switch
    {
        "rule" => _shape.Rule,
        _ => $"{{{name}}}",
    };

    private void Literal(string text, int width = 0)
    {
        var literal = width > 0 ? text.PadLeft(width) : text.PadRight(-width);
        _text.Add(literal);
        _json.Add(JsonText.Quote(literal)[1..^1]);
    }

    /// <summary>True when the hole never shows a character that JSON escapes.</summary>
    private bool IsPlain(Hole hole) => hole.Format is null && hole.Source switch
    {
        HoleSource.Value => _fields[hole.Index].IsPlain,
        HoleSource.Pid or HoleSource.Tid or HoleSource.Duration => true,
        _ => false,
    };
}
