using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Abi;

/// <summary>
/// The form of a call of C or C++ according to a prototype: the words of 8 bytes that its parameters take, and whether implicit
/// ones come before them. Equality is structural.
/// </summary>
/// <param name="Parameters">The number of words that each takes, in order.</param>
/// <param name="Object">True when the address of an object comes first.</param>
/// <param name="Result">True when the caller passes the address of a place for the result.</param>
public sealed record CallForm(EquatableArray<int> Parameters, ObjectArgument Object, ResultPlace Result)
{
    /// <summary>The type of the result, as it was written, when it is <see cref="ResultPlace.OfClass"/>.</summary>
    public string ResultClass { get; init; } = "";

    /// <summary>The scope of the function's name: <c>shop::Cart</c> of <c>shop::Cart::add</c>; empty for none.</summary>
    public string Scope { get; init; } = "";

    /// <summary>
    /// The place of the calling convention, from 0, that each word of the parameters has. Empty when each has its own number. A
    /// value of two words is in registers as a whole or not at all: System V ABI, AMD64 supplement 3.2.3; Procedure Call Standard
    /// for the Arm 64-bit Architecture, 6.8.2, where no later value gets the registers that it left.
    /// </summary>
    /// <param name="architecture">The calling convention.</param>
    /// <param name="hidden">The number of words before the parameters.</param>
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

/// <summary>The kind of call with respect to an object, whose address is the first argument.</summary>
public enum ObjectArgument
{
    /// <summary>Unknown: the prototype does not say.</summary>
    Unspecified,

    /// <summary>Called on an object that the prototype does not name.</summary>
    Hidden,

    /// <summary>No hidden object: the function is called on none, or on one among its parameters.</summary>
    Absent,
}

/// <summary>The place where a function leaves its result.</summary>
public enum ResultPlace
{
    Registers,

    /// <summary>Memory at an address that the caller passes before all arguments (Itanium C++ ABI 3.1.3.1), or in x8 on arm64.</summary>
    Memory,

    /// <summary>Registers or memory: the type is a class that the prototype does not describe.</summary>
    OfClass,
}
