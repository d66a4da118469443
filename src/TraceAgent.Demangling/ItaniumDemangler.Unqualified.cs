namespace TraceAgent.Demangling;

/// <summary>The parser of the last part of a name: identifiers, operators, constructors and what has no name.</summary>
internal sealed partial class ItaniumDemangler
{
    /// <param name="owner">The class, for constructors and destructors.</param>
    /// <param name="state">The state of the encoding.</param>
    private string Unqualified(string owner, ref NameState state)
    {
        Take('L');
        state.HasNoReturnType = false;
        string name;
        var letter = Peek();
        if (char.IsAsciiDigit(letter))
        {
            name = SourceName();
        }
        else if (letter == 'C' && owner.Length > 0)
        {
            _at++;
            var inherits = Take('I');
            _failed |= Next() is < '1' or > '5';
            if (inherits)
            {
                var ignored = new NameState { Qualifiers = "" };
                Name(ref ignored, isOuter: false);
            }

            state.HasNoReturnType = true;
            name = owner;
        }
        else if (letter == 'D' && PeekAt(1) is >= '0' and <= '5' && owner.Length > 0)
        {
            _at += 2;
            state.HasNoReturnType = true;
            name = $"~{owner}";
        }
        else if (letter == 'D' && PeekAt(1) == 'C')
        {
            _at += 2;
            var names = new List<string>();
            while (!_failed && !Take('E'))
            {
                names.Add(SourceName());
            }

            name = $"[{string.Join(", ", names)}]";
        }
        else if (letter == 'U')
        {
            name = Unnamed();
        }
        else
        {
            name = OperatorName(ref state);
        }

        while (!_failed && Take('B'))
        {
            name = Kept($"{name}[abi:{SourceName()}]");
        }

        return name;
    }

    private string Unnamed()
    {
        _at++;
        if (Take('t'))
        {
            return $"{{unnamed type#{Ordinal()}}}";
        }

        if (!Take('l'))
        {
            return Fail();
        }

        var wasInLambda = _inLambda;
        _inLambda = true;
        var parameters = Parameters();
        _inLambda = wasInLambda;
        _failed |= !Take('E');
        return Kept($"{{lambda({parameters})#{Ordinal()}}}");
    }

    /// <summary>Reads an ordinal: the first one has no number, the second has 0.</summary>
    private long Ordinal()
    {
        var number = char.IsAsciiDigit(Peek()) ? Number() + 2 : 1;
        _failed |= !Take('_');
        return number;
    }

    private string SourceName()
    {
        var length = char.IsAsciiDigit(Peek()) ? Number() : 0;
        if (length <= 0 || length > _text.Length - _at)
        {
            return Fail();
        }

        var name = _text.Substring(_at, (int)length);
        _at += (int)length;
        return name.StartsWith("_GLOBAL__N", StringComparison.Ordinal) ? "(anonymous namespace)" : name;
    }

    private string OperatorName(ref NameState state)
    {
        var code = $"{Next()}{Next()}";
        switch (code)
        {
            case "cv":
                state.HasNoReturnType = true;
                return Kept($"operator {Type().Text}");
            case "li":
                return $"operator\"\" {SourceName()}";
            default:
                return Operators.TryGetValue(code, out var sign)
                    ? $"operator{(char.IsAsciiLetter(sign[0]) ? " " : "")}{sign}"
                    : Fail();
        }
    }
}
