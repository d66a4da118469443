using System.Globalization;
using System.Numerics;
using System.Text;

namespace TraceAgent.Demangling;

/// <summary>The parser of types, lifetimes and constants.</summary>
internal ref partial struct RustV0Demangler
{
    private void Type()
    {
        if (!Enter())
        {
            return;
        }

        var letter = Peek();
        if (Basic(letter) is { } basic)
        {
            _at++;
            Append(basic);
        }
        else
        {
            Composite(letter);
        }

        _depth--;
    }

    private void Composite(char letter)
    {
        if (!"ASTRQPOFDB".Contains(letter, StringComparison.Ordinal))
        {
            Path(asValue: false);
            return;
        }

        _at++;
        switch (letter)
        {
            case 'A':
                Append("[");
                Type();
                Append("; ");
                Constant();
                Append("]");
                break;
            case 'S':
                Append("[");
                Type();
                Append("]");
                break;
            case 'T':
                Append("(");
                var count = List(ref this, static (ref RustV0Demangler reader) => reader.Type());
                Append(count == 1 ? ",)" : ")");
                break;
            case 'R' or 'Q':
                Append("&");
                if (Take('L') && Base62() is not 0 and var lifetime)
                {
                    Lifetime(lifetime);
                    Append(" ");
                }

                Append(letter == 'Q' ? "mut " : "");
                Type();
                break;
            case 'P' or 'O':
                Append(letter == 'P' ? "*const " : "*mut ");
                Type();
                break;
            case 'F':
                Function();
                break;
            case 'D':
                DynamicTrait();
                break;
            default:
                Back(asValue: false, static (ref RustV0Demangler reader, bool _) => reader.Type());
                break;
        }
    }

    private void Function()
    {
        var outer = _lifetimes;
        Binder();
        Append(Take('U') ? "unsafe " : "");
        if (Take('K'))
        {
            Append($"extern \"{(Take('C') ? "C" : Identifier().Replace('_', '-'))}\" ");
        }

        Append("fn(");
        List(ref this, static (ref RustV0Demangler reader) => reader.Type());
        Append(")");
        if (!Take('u'))
        {
            Append(" -> ");
            Type();
        }

        _lifetimes = outer;
    }

    private void DynamicTrait()
    {
        var outer = _lifetimes;
        Append("dyn ");
        Binder();
        var isFirst = true;
        while (!_failed && !Take('E'))
        {
            Append(isFirst ? "" : " + ");
            isFirst = false;
            Path(asValue: false);
            while (Take('p'))
            {
                // The associated types belong into the trait's list of generic arguments.
                var isOpen = _output.Length > 0 && _output[^1] == '>';
                _output.Length -= isOpen ? 1 : 0;
                Append(isOpen ? ", " : "<");
                Append(Identifier());
                Append(" = ");
                Type();
                Append(">");
            }
        }

        _lifetimes = outer;
        if (!Take('L'))
        {
            _failed = true;
        }
        else if (Base62() is not 0 and var lifetime)
        {
            Append(" + ");
            Lifetime(lifetime);
        }
    }

    private void Binder()
    {
        if (!Take('G'))
        {
            return;
        }

        var count = Base62() + 1;
        if (count > 100)
        {
            _failed = true;
            return;
        }

        Append("for<");
        for (var i = 0UL; i < count; i++)
        {
            Append(i == 0 ? "" : ", ");
            _lifetimes++;
            Lifetime(1);
        }

        Append("> ");
    }

    /// <param name="index">Counted from the innermost, from 1; 0 is one that was erased.</param>
    private void Lifetime(ulong index)
    {
        if (index > (ulong)_lifetimes)
        {
            _failed = true;
            return;
        }

        var depth = (ulong)_lifetimes - index;
        Append((index, depth) switch
        {
            (0, _) => "'_",
            (_, < 26) => $"'{(char)('a' + depth)}",
            _ => $"'_{depth.ToString(CultureInfo.InvariantCulture)}",
        });
    }

    private void Constant()
    {
        if (!Enter())
        {
            return;
        }

        var type = Next();
        if (type == 'B')
        {
            Back(asValue: false, static (ref RustV0Demangler reader, bool _) => reader.Constant());
        }
        else if (type == 'p')
        {
            Append("_");
        }
        else
        {
            var isNegative = Take('n');
            var from = _at;
            while (char.IsAsciiHexDigitLower(Peek()))
            {
                _at++;
            }

            var digits = Encoding.ASCII.GetString(_text[from.._at]);
            _failed |= !Take('_') || digits.Length > 32 || !"abchijlmnostxy".Contains(type, StringComparison.Ordinal);
            var value = BigInteger.Parse($"0{digits}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            Append(type switch
            {
                'b' => value.IsZero ? "false" : "true",
                'c' => value < 0x110000 && Rune.TryCreate((int)value, out var rune) && !Rune.IsControl(rune)
                    ? $"'{rune}'"
                    : $"'\\u{{{digits}}}'",
                _ => $"{(isNegative ? "-" : "")}{value.ToString(CultureInfo.InvariantCulture)}",
            });
        }

        _depth--;
    }

    private delegate void Part(ref RustV0Demangler reader);

    private delegate void ReferredPart(ref RustV0Demangler reader, bool asValue);
}
