using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Types;

/// <summary>
/// The place of the result of a function when it returns. x86-64: System V ABI, AMD64 supplement 3.2.3; arm64: Procedure Call
/// Standard, 6.9;
/// classes of C++: Itanium C++ ABI 3.1.3.1. Rust promises nothing; what is read here of its results is the same as in C.
/// </summary>
internal sealed class ReturnPlace
{
    private const int Word = sizeof(ulong);
    private const int MaxWords = 2;
    private const int MaxDepth = 16;
    private const int MaxSteps = 256;
    private const ulong PassedByReference = 4;
    private const ulong PassedByValue = 5;

    private readonly Architecture _architecture;
    private readonly Unit _unit;
    private readonly WordClass[] _words = new WordClass[MaxWords];
    private readonly int[] _scalars = new int[MaxWords];
    private bool _isUnknown;
    private bool _isMisaligned;
    private bool _isInMemory;
    private bool _hasArray;
    private bool _hasTruth;
    private int _steps;

    private ReturnPlace(Architecture architecture, Unit unit) => (_architecture, _unit) = (architecture, unit);

    /// <summary>The kind of the registers of a word of 8 bytes.</summary>
    private enum WordClass
    {
        None,
        Vector,
        Integer,
        LongDouble,
    }

    /// <summary>The place of the result of a function.</summary>
    /// <param name="function">The function, whose language counts.</param>
    /// <param name="type">The type of the result.</param>
    /// <param name="architecture">The processor.</param>
    public static LocationPiece Of(Entry function, Entry type, Architecture architecture) =>
        ShapeReader.Unqualified(type) is { } plain
            ? new ReturnPlace(architecture, function.Unit).Of(plain)
            : new LocationPiece.Missing(MissingReason.NotUnderstood);

    private LocationPiece Of(Entry type)
    {
        var size = TypeSize.Of(type);
        var isWhole = type.Tag is not (Tag.StructureType or Tag.ClassType or Tag.UnionType or Tag.ArrayType);
        if (!isWhole && (size > MaxWords * Word || type.Unsigned(AttributeName.CallingConvention) == PassedByReference))
        {
            return InMemory();
        }

        Add(type, 0, 0);
        if (_isInMemory && !_isUnknown)
        {
            return InMemory();
        }

        _isUnknown |= (_words[0], _words[1]) is (WordClass.None, not WordClass.None);
        if (_isUnknown || size is 0 or > MaxWords * Word || (!isWhole && !IsLikeC(size)))
        {
            return new LocationPiece.Missing(MissingReason.NotUnderstood);
        }

        if (_isMisaligned)
        {
            return InMemory();
        }

        if (_words.Contains(WordClass.LongDouble))
        {
            return new LocationPiece.Missing(MissingReason.FloatingPoint);
        }

        return size <= Word ? Registers()[0] : new LocationPiece.Pieces(
            [.. Registers().Select((place, i) => new Piece(place, 8 * (ulong)Math.Min(Word, size - (i * Word)), 0))]);
    }

    /// <summary>Memory at the address that the caller passed. x86-64 has it in the register of a result; arm64 keeps it nowhere.</summary>
    private LocationPiece InMemory() => _architecture == Architecture.X64
        ? new LocationPiece.Memory(_architecture.ReturnValue)
        : new LocationPiece.Missing(MissingReason.NotLive);

    /// <summary>The place of each word: those of numbers and addresses have the registers one after the other.</summary>
    private List<LocationPiece> Registers()
    {
        // arm64 has floating point registers for values that are nothing else.
        var isVector = _architecture != Architecture.X64 && !_words.Contains(WordClass.Integer);
        var places = new List<LocationPiece>();
        var used = 0;
        foreach (var word in _words)
        {
            places.Add(word switch
            {
                WordClass.None => new LocationPiece.Missing(MissingReason.NotUnderstood),
                WordClass.Vector when isVector || _architecture == Architecture.X64 =>
                    new LocationPiece.Missing(MissingReason.VectorRegister),
                _ => new LocationPiece.Value(new Expr.Register(
                    used++ == 0 ? _architecture.ReturnRegister : _architecture.SecondReturnRegister)),
            });
        }

        return places;
    }

    /// <summary>
    /// True when a structure comes back as C returns it. Rust gives each of two values a register of its own, and more than two only
    /// one that has room for all.
    /// </summary>
    private bool IsLikeC(long size)
    {
        if (!_unit.IsRust())
        {
            return _unit.IsC() || _unit.IsCxx();
        }

        return (_scalars.Sum(), _hasArray) switch
        {
            ( <= 1, false) => !_isMisaligned,
            (2, false) => !_isMisaligned && !_hasTruth && _scalars[0] == 1,
            _ => !_isMisaligned && size <= Word && !_words.Contains(WordClass.Vector),
        };
    }

    private void Add(Entry? entry, long offset, int depth)
    {
        if (_steps++ > MaxSteps || depth > MaxDepth || ShapeReader.Unqualified(entry) is not { } type)
        {
            _isUnknown = true;
            return;
        }

        switch (type.Tag)
        {
            case Tag.BaseType:
                AddBase(type, offset);
                break;
            case Tag.EnumerationType or Tag.PointerType or Tag.ReferenceType or Tag.RvalueReferenceType:
                AddScalar(offset, TypeSize.Of(type), WordClass.Integer);
                break;
            case Tag.ArrayType:
                AddElements(type, offset, depth);
                break;
            case Tag.StructureType or Tag.ClassType or Tag.UnionType:
                AddMembers(type, offset, depth);
                break;
            default:
                _isUnknown = true;
                break;
        }
    }

    /// <summary>DWARF 5, section 7.8: what a base type is.</summary>
    private void AddBase(Entry type, long offset)
    {
        const ulong truth = 0x02;
        const ulong complex = 0x03;
        const ulong real = 0x04;
        var size = TypeSize.Of(type);
        var encoding = type.Unsigned(AttributeName.Encoding);
        _hasTruth |= encoding == truth;
        if (encoding == complex && size is 8 or 16)
        {
            AddScalar(offset, size / 2, WordClass.Vector);
            AddScalar(offset + (size / 2), size / 2, WordClass.Vector);
            return;
        }

        var isLong = encoding is complex or real && size > Word;
        AddScalar(offset, size, (isLong, encoding) switch
        {
            (true, _) => WordClass.LongDouble,
            (_, real) => WordClass.Vector,
            _ => WordClass.Integer,
        });
    }

    private void AddScalar(long offset, long size, WordClass kind)
    {
        _isUnknown |= size <= 0 || offset < 0 || offset + size > MaxWords * Word;
        if (_isUnknown)
        {
            return;
        }

        _isMisaligned |= offset % size != 0;
        _scalars[offset / Word]++;
        for (var word = offset / Word; word * Word < offset + size; word++)
        {
            _words[word] = (WordClass)Math.Max((int)_words[word], (int)kind);
        }
    }

    private void AddElements(Entry array, long offset, int depth)
    {
        _hasArray = true;
        var element = ShapeReader.TypeOf(array);
        var (size, step) = (TypeSize.Of(array), TypeSize.Of(element));
        _isUnknown |= step <= 0;
        for (var at = 0L; at < size && !_isUnknown; at += step)
        {
            Add(element, offset + at, depth + 1);
        }
    }

    private void AddMembers(Entry type, long offset, int depth)
    {
        // clang says it of each class, gcc of none.
        var isKnown = !_unit.IsCxx() || type.Unsigned(AttributeName.CallingConvention) == PassedByValue;
        var walk = new EntryWalk(type);
        while (walk.MoveNext() && !_isUnknown)
        {
            var child = walk.Current;
            if (child.Tag is Tag.Member or Tag.Inheritance && !child.IsSet(AttributeName.Declaration))
            {
                AddMember(child, offset, depth);
            }

            // A forbidden copy matters only when there is no other way to copy.
            var isSpecial = !isKnown && child.Tag == Tag.Subprogram && SpecialMember.IsOwn(child, type);
            _isUnknown |= child.Tag == Tag.VariantPart || (isSpecial && child.IsSet(AttributeName.Deleted));
            _isInMemory |= isSpecial || (!isKnown && child.Has(AttributeName.Virtuality));
            walk.SkipChildren();
        }
    }

    private void AddMember(Entry member, long offset, int depth)
    {
        if (MemberPlace.Of(member) is not { } place)
        {
            _isUnknown = true;
        }
        else if (place.Bits == 0)
        {
            Add(ShapeReader.TypeOf(member), offset + place.Offset, depth + 1);
        }
        else if (((8 * (offset + place.Offset)) + place.Shift) / (8 * Word) is >= 0 and < MaxWords and var word)
        {
            _words[word] = (WordClass)Math.Max((int)_words[word], (int)WordClass.Integer);
        }
        else
        {
            _isUnknown = true;
        }
    }
}
