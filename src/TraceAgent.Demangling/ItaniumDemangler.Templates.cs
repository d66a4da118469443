namespace TraceAgent.Demangling;

/// <summary>The parser of template arguments, and of references back to what was read before.</summary>
internal sealed partial class ItaniumDemangler
{
    private DemangledType TemplateParameter()
    {
        _failed |= !Take('T');
        if (_failed || Peek() == 'L')
        {
            return new DemangledType(Fail());
        }

        var index = Peek() == '_' ? 0 : Number() + 1;
        _failed |= !Take('_');
        if (_failed)
        {
            return Nothing;
        }

        if (_inLambda || index >= _templateArguments.Count)
        {
            // The type of a parameter that is declared `auto`; elsewhere there is none of this number.
            return _inLambda ? new DemangledType($"auto:{index + 1}") : new DemangledType(Fail());
        }

        var argument = _templateArguments[(int)index];
        if (argument.Pack is not { } pack)
        {
            return argument;
        }

        _packSize = pack.Count;
        if (_packIndex < 0)
        {
            return argument;
        }

        return _packIndex < pack.Count ? pack[_packIndex] : Nothing;
    }

    private string TemplateArguments(bool isOuter)
    {
        if (!Enter())
        {
            return "";
        }

        _failed |= !Take('I');
        var outer = _templateArguments;
        var arguments = new List<DemangledType>();
        if (isOuter)
        {
            // Arguments may refer to those before them.
            _templateArguments = arguments;
        }

        while (!_failed && !Take('E'))
        {
            var argument = TemplateArgument();
            arguments.Add(argument);
        }

        _templateArguments = isOuter ? arguments : outer;
        _depth--;
        var text = string.Join(", ", arguments.Where(argument => argument.Pack is not { Count: 0 }).Select(argument => argument.Text));
        return Kept($"<{text}{(text.EndsWith('>') ? " " : "")}>");
    }

    private DemangledType TemplateArgument()
    {
        switch (Peek())
        {
            case 'L':
                return new DemangledType(Literal());
            case 'X':
                _at++;
                var expression = Expression();
                _failed |= !Take('E');
                return new DemangledType(expression);
            case 'J' or 'I':
                _at++;
                var pack = new List<DemangledType>();
                while (!_failed && !Take('E'))
                {
                    pack.Add(Enter() ? TemplateArgument() : Nothing);
                    _depth -= _failed ? 0 : 1;
                }

                return new DemangledType("", Pack: pack);
            default:
                return Type();
        }
    }

    private DemangledType Substitution()
    {
        _failed |= !Take('S');
        var known = Peek() switch
        {
            'a' => "std::allocator",
            'b' => "std::basic_string",
            's' => "std::string",
            'i' => "std::istream",
            'o' => "std::ostream",
            'd' => "std::iostream",
            _ => null,
        };
        if (known is not null)
        {
            _at++;
            var text = known;
            while (!_failed && Take('B'))
            {
                text = Kept($"{text}[abi:{SourceName()}]");
            }

            if (text != known)
            {
                Remember(new DemangledType(text));
            }

            return new DemangledType(text);
        }

        var index = Peek() == '_' ? 0 : Sequence() + 1;
        _failed |= !Take('_');
        return _failed || index >= _substitutions.Count ? new DemangledType(Fail()) : _substitutions[index];
    }

    /// <summary>Reads a number to the base 36, of at most five digits.</summary>
    private int Sequence()
    {
        const int max = 5;
        var value = 0;
        for (var i = 0; char.IsAsciiDigit(Peek()) || char.IsAsciiLetterUpper(Peek()); i++)
        {
            var letter = Next();
            value = (value * 36) + (char.IsAsciiDigit(letter) ? letter - '0' : letter - 'A' + 10);
            if (i == max)
            {
                _failed = true;
                return 0;
            }
        }

        return value;
    }
}
