namespace TraceAgent.Capture;

/// <summary>
/// What a prototype says of a call of C or C++: the words of 8 bytes that its parameters take, and whether others that nobody writes
/// come before them. Equality is structural.
/// </summary>
/// <param name="Parameters">How many words each takes, in order.</param>
/// <param name="Object">Whether the address of an object comes first.</param>
/// <param name="Result">Whether the caller passes the address of a place for the result.</param>
public sealed record CallForm(EquatableArray<int> Parameters, ObjectArgument Object, ResultPlace Result)
{
    /// <summary>The type of the result, as it was written, when it is <see cref="ResultPlace.OfClass"/>.</summary>
    public string ResultClass { get; init; } = "";

    /// <summary>What stands before the function's name: <c>shop::Cart</c> of <c>shop::Cart::add</c>; empty for nothing.</summary>
    public string Scope { get; init; } = "";

    /// <summary>
    /// Which of the calling convention's places, from 0, each word of the parameters has. Empty when each has its own number.
    /// A value of two words is in registers as a whole or not at all: System V ABI, AMD64 supplement 3.2.3; Procedure Call
    /// Standard for the Arm 64-bit Architecture, 6.8.2, where nothing comes back to the registers that it left.
    /// </summary>
    /// <param name="architecture">Whose convention.</param>
    /// <param name="hidden">Words before the parameters.</param>
    public EquatableArray<int> Places(Architecture architecture, int hidden)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        var registers = architecture.ArgumentRegisters.Count;
        var places = new List<int>();
        var (register, stack) = (hidden, registers);
        foreach (var words in Parameters)
        {
            var fits = register + words <= registers;
            for (var i = 0; i < words; i++)
            {
                places.Add(fits ? register++ : stack++);
            }

            register = fits || architecture == Architecture.X64 ? register : registers;
        }

        return places.Select((place, index) => place == index).All(own => own) ? [] : places.ToEquatableArray();
    }
}

/// <summary>Whether a function is called on an object, whose address is its first argument.</summary>
public enum ObjectArgument
{
    /// <summary>The prototype does not say.</summary>
    Unsaid,

    /// <summary>It is, and the prototype does not name the object.</summary>
    Hidden,

    /// <summary>It is not, or the object is among the parameters.</summary>
    Absent,
}

/// <summary>Where a function leaves its result.</summary>
public enum ResultPlace
{
    Registers,

    /// <summary>In a place whose address the caller passes before all arguments (Itanium C++ ABI 3.1.3.1), or in x8 on arm64.</summary>
    Memory,

    /// <summary>In one or the other: the type is a class of which the prototype tells nothing.</summary>
    OfClass,
}
