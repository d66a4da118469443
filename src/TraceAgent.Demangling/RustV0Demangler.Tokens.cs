using System.Text;

namespace TraceAgent.Demangling;

/// <summary>The parser of the tokens of names: letters, numbers and identifiers, within bounds.</summary>
internal ref partial struct RustV0Demangler
{
    private ulong Disambiguator() => Take('s') ? Base62() + 1 : 0;

    private ulong Base62()
    {
        if (Take('_'))
        {
            return 0;
        }

        ulong value = 0;
        while (!Take('_'))
        {
            var letter = Next();
            var digit = letter switch
            {
                >= '0' and <= '9' => letter - '0',
                >= 'a' and <= 'z' => letter - 'a' + 10,
                >= 'A' and <= 'Z' => letter - 'A' + 36,
                _ => -1,
            };
            if (digit < 0)
            {
                _failed = true;
                return 0;
            }

            value = unchecked((value * 62) + (ulong)digit);
        }

        return unchecked(value + 1);
    }

    private string Identifier()
    {
        var isPunycode = Take('u');
        var length = 0;
        var digits = _at;
        while (char.IsAsciiDigit(Peek()) && length <= _text.Length)
        {
            length = (length * 10) + (Next() - '0');
            if (length == 0)
            {
                break;
            }
        }

        if (_at == digits)
        {
            _failed = true;
        }

        Take('_');
        if (_failed || length > _text.Length - _at)
        {
            _failed = true;
            return "";
        }

        var name = Encoding.ASCII.GetString(_text.Slice(_at, length));
        _at += length;
        return isPunycode ? Punycode.Decoded(name) ?? $"punycode{{{name}}}" : name;
    }

    private bool Enter()
    {
        _failed |= ++_depth > DeepestNesting || ++_steps > MaxSteps;
        if (_failed)
        {
            _depth--;
        }

        return !_failed;
    }

    private readonly char Peek() => _at < _text.Length ? (char)_text[_at] : '\0';

    private char Next()
    {
        _failed |= _at >= _text.Length;
        return _at < _text.Length ? (char)_text[_at++] : '\0';
    }

    private bool Take(char letter)
    {
        if (_failed || Peek() != letter)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Append(string text)
    {
        if (!_failed)
        {
            _output.Append(text);
            _failed = _output.Length > Demangler.MaxResultLength;
        }
    }
}
