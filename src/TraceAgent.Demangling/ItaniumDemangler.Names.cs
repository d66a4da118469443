namespace TraceAgent.Demangling;

/// <summary>The parser of names of functions and scopes.</summary>
internal sealed partial class ItaniumDemangler
{
    /// <param name="state">The state of the encoding.</param>
    /// <param name="isOuter">True when template parameters further on mean this name's arguments.</param>
    private string Name(ref NameState state, bool isOuter)
    {
        if (!Enter())
        {
            return "";
        }

        string name;
        if (Peek() == 'N')
        {
            name = Nested(ref state, isOuter);
        }
        else if (Peek() == 'Z')
        {
            name = Local(ref state, isOuter);
            _member = _member is null ? null : _member with { IsLocal = true };
        }
        else if (Peek() == 'S' && PeekAt(1) != 't')
        {
            _member = null;
            name = Substitution().Text;
            _failed |= Peek() != 'I';
            name = WithArguments(name, ref state, isOuter);
            _member = null;
        }
        else
        {
            name = Unscoped(ref state);
            _member = null;
            if (Peek() == 'I')
            {
                Remember(new DemangledType(name));
                name = WithArguments(name, ref state, isOuter);
                _member = null;
            }
        }

        _depth--;
        return name;
    }

    private string Unscoped(ref NameState state)
    {
        var isStd = Peek() == 'S' && PeekAt(1) == 't';
        _at += isStd ? 2 : 0;
        return Kept((isStd ? "std::" : "") + Unqualified("", ref state));
    }

    private string WithArguments(string name, ref NameState state, bool isOuter)
    {
        state.Bare = name;
        state.EndsWithTemplateArguments = true;
        return Kept($"{name}{(name.EndsWith('<') ? " " : "")}{TemplateArguments(isOuter)}");
    }

    private string Nested(ref NameState state, bool isOuter)
    {
        _at++;
        var qualifiers = "";
        while (Peek() is 'r' or 'V' or 'K')
        {
            qualifiers = Qualifier(Next()) + qualifiers;
        }

        state.Qualifiers = qualifiers + ReferenceMark();

        var name = "";
        var hasNew = false;
        var (begin, last, scope) = (_at, _at, "");
        while (!_failed && !Take('E'))
        {
            if (!Enter())
            {
                return "";
            }

            _depth--;
            state.EndsWithTemplateArguments &= Peek() == 'I';
            switch (Peek())
            {
                case 'I':
                    _failed |= name.Length == 0;
                    name = WithArguments(name, ref state, isOuter);
                    break;
                case 'S' when PeekAt(1) == 't':
                    _failed |= name.Length > 0;
                    _at += 2;
                    name = "std";
                    continue;
                case 'S':
                    _failed |= name.Length > 0;
                    name = Substitution().Text;
                    continue;
                case 'T' when name.Length == 0:
                    name = TemplateParameter().Text;
                    break;
                case 'D' when PeekAt(1) is 't' or 'T' && name.Length == 0:
                    name = Type().Text;
                    continue;
                case 'M':
                    _at++;
                    continue;
                default:
                    (last, scope) = (_at, name);
                    name = Kept($"{name}{(name.Length == 0 ? "" : "::")}{Unqualified(LastPart(name), ref state)}");
                    break;
            }

            hasNew = true;
            Remember(new DemangledType(name));
        }

        // The whole name is no prefix of itself; as a type it is remembered by who asked for a type.
        if (hasNew && _substitutions.Count > 0)
        {
            _substitutions.RemoveAt(_substitutions.Count - 1);
        }

        _member = _failed ? null : new MemberName(_text[begin..last], Shortened(scope), _text[last..(_at - 1)], qualifiers.Length > 0);
        return name.Length == 0 ? Fail() : name;
    }

    /// <summary>The name of a class' constructor: the last part of the class' name.</summary>
    private static string LastPart(string name)
    {
        // An ABI tag belongs to the class, not to its constructors.
        var end = WithoutTag(name).Length;
        for (var depth = 0; end > 0; end--)
        {
            depth += name[end - 1] switch { '>' => 1, '<' => -1, _ => 0 };
            if (depth == 0 && name[end - 1] != '<')
            {
                break;
            }
        }

        var start = name.AsSpan(0, end).LastIndexOf(':') + 1;
        return name[start..end];
    }

    private string Local(ref NameState state, bool isOuter)
    {
        _at++;
        var function = Encoding().Full;
        _failed |= !Take('E');
        if (Take('s'))
        {
            Discriminator();
            return Kept($"{function}::string literal");
        }

        if (Take('d'))
        {
            Number();
            _failed |= !Take('_');
        }

        state = new NameState { Qualifiers = "" };
        var entity = Name(ref state, isOuter);
        state.Bare = state.Bare is { } bare ? Kept($"{function}::{bare}") : null;
        Discriminator();
        return Kept($"{function}::{entity}");
    }

    private void Discriminator()
    {
        if (Peek() != '_')
        {
            return;
        }

        if (PeekAt(1) == '_')
        {
            _at += 2;
            Number();
            Take('_');
        }
        else if (char.IsAsciiDigit(PeekAt(1)))
        {
            _at += 2;
        }
    }
}
