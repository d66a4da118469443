using TraceAgent.Capture.Values;
using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Types;

/// <summary>Reads the parameters of a prototype.</summary>
internal sealed class ParameterReader(PrototypeWords words)
{
    /// <summary>Reads the parameters up to the closing bracket, after the opening one.</summary>
    public List<PrototypeParameter> Read()
    {
        var parameters = new List<PrototypeParameter>();
        if (words.Current is { Kind: TokenKind.Name, Text: "void" } && words.Types.Peek(1).Is(")"))
        {
            words.Next();
        }

        while (!words.Failed && !words.Current.Is(")"))
        {
            if (words.Current.Is("..."))
            {
                words.Next();
                break;
            }

            if (ReadOne() is { } parameter)
            {
                parameters.Add(parameter);
            }

            if (words.Failed || !words.Current.Is(","))
            {
                break;
            }

            words.Next();
        }

        if (!words.Failed)
        {
            words.Expect(")");
        }

        return parameters;
    }

    private PrototypeParameter? ReadOne()
    {
        var start = words.Current.Start;
        if (words.Types.Read() is not { } type)
        {
            return null;
        }

        string? name = null;
        var place = (Start: start, Length: Math.Max(1, type.End - start));
        var isFunction = words.Current.Is("(");
        if (isFunction)
        {
            // The declarator of a pointer to a function: the name stands inside.
            words.Next();
            while (words.Current.Is("*") || words.Current is { Kind: TokenKind.Name, Text: "const" })
            {
                words.Next();
            }
        }

        if (words.Current.Kind == TokenKind.Name)
        {
            (name, place) = (words.Current.Text, (words.Current.Start, words.Current.Length));
            words.Next();
        }

        if (isFunction && !words.Expect(")"))
        {
            return null;
        }

        while (words.Current.Is("["))
        {
            type = type.Pointer();
            words.SkipBrackets("[", "]");
        }

        if (words.Current.Is("("))
        {
            isFunction = true;
            words.SkipBrackets("(", ")");
        }

        var isAddress = isFunction || (type is { Target: null, Type: null } && ClassNames.IsPassedByAddress(type.Name));
        var spec = (isAddress, words.Failed) switch
        {
            (true, _) => TypeSpec.Of(new CaptureType.Pointer()),
            (_, true) => null,
            _ => words.Specify(type),
        };
        return spec is null ? null : new PrototypeParameter(name, spec, place.Start, place.Length);
    }
}
