using Iced.Intel;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Names;

namespace TraceAgent.Symbols.Functions;

/// <summary>
/// Finds the thread's <c>errno</c> in a C library. Nothing in the file names the variable for others, but <c>__errno_location</c>, by
/// which every program gets its address: the function adds one number to the thread pointer, which its code has or the loader has
/// stored in a place that the code names. Only such code is taken.
/// </summary>
internal sealed class ErrnoPlace
{
    private const string Function = "__errno_location";

    // An endbr64, two instructions and a ret.
    private const int MaxInstructions = 4;
    private const int MaxBytes = 64;

    private readonly Sum? _sum;
    private readonly string? _whyMissing;

    private ErrnoPlace(ElfImage image)
    {
        if (image.Architecture != Capture.Plans.Architecture.X64)
        {
            _whyMissing = "it is read on x86-64 only";
        }
        else if (image.Functions.Find(new SymbolPattern(Function), max: 1).Functions is not [var function])
        {
            _whyMissing = $"it is the C library's, and this file has no {Function}";
        }
        else if ((_sum = Read(image, function.Start)) is null)
        {
            _whyMissing = $"the code of {Function} at 0x{function.Start:x} is of no form that is known";
        }
    }

    /// <summary>The value of <c>errno</c>, or the reason why it cannot be read.</summary>
    /// <param name="image">The open image.</param>
    /// <param name="site">The site.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static SiteValue At(ElfImage image, ProbeSite site)
    {
        var place = image.Derive(static image => new ErrnoPlace(image));
        if (place._sum is not { } sum)
        {
            return SiteValue.Missing(place._whyMissing!);
        }

        return sum.Address(slot => LinkedAddress.At(image, site, slot)) is { } address
            ? new SiteValue(new Expr.Load(address, sizeof(int), Signed: true), new CaptureType.Errno(), null)
            : SiteValue.Missing("it cannot be told from there where the file lies");
    }

    /// <summary>Reads the code of the function; null when it returns something else than a sum of what is known.</summary>
    private static Sum? Read(ElfImage image, ulong start)
    {
        var size = Math.Min(MaxBytes, image.EndOfCodeAt(start) - start);
        if (image.FileOffsetOf(start) is not { } offset || image.File.ReadOrNull(offset, size, MaxBytes) is not { } code)
        {
            return null;
        }

        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = start;
        var sum = new Sum();
        for (var i = 0; i < MaxInstructions; i++)
        {
            decoder.Decode(out var instruction);
            if (instruction.Mnemonic == Mnemonic.Ret)
            {
                return sum.HasThreadPointer ? sum : null;
            }

            if (instruction.Code != Code.Endbr64 && !sum.Take(instruction))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The value of <c>rax</c>, as a sum.</summary>
    private sealed class Sum
    {
        private bool _isSet;
        private ulong? _slot;
        private long _constant;

        /// <summary>True when the thread pointer is in it, once.</summary>
        public bool HasThreadPointer { get; private set; }

        /// <summary>Follows an instruction; false when it is none that sets rax or adds to it.</summary>
        public bool Take(in Instruction instruction)
        {
            // A 32-bit register widens with zeros: mov $0x34,%eax is as good.
            if (instruction.Op0Kind != OpKind.Register || instruction.Op0Register.GetFullRegister() != Register.RAX
                || instruction.Mnemonic is not (Mnemonic.Mov or Mnemonic.Add)
                || (instruction.Op0Register != Register.RAX && instruction.Mnemonic == Mnemonic.Add)
                || (instruction.Mnemonic == Mnemonic.Add) != _isSet)
            {
                return false;
            }

            _isSet = true;
            if (instruction.Op1Kind == OpKind.Memory)
            {
                return instruction.Op0Register == Register.RAX && TakeMemory(instruction);
            }

            if (instruction.Op1Kind is OpKind.Register)
            {
                return false;
            }

            _constant += (long)instruction.GetImmediate(1);
            return true;
        }

        /// <summary>The sum; null when the place that the loader fills in cannot be found in the process.</summary>
        /// <param name="addressOf">Computes where an address of the file is in the process.</param>
        public Expr? Address(Func<ulong, Expr?> addressOf)
        {
            Expr result = new Expr.Special(SpecialValue.ThreadPointer);
            if (_slot is { } slot)
            {
                if (addressOf(slot) is not { } place)
                {
                    return null;
                }

                result = new Expr.Binary(BinaryOperator.Add, result, new Expr.Load(place, sizeof(ulong), Signed: false));
            }

            return _constant == 0 ? result : new Expr.Binary(BinaryOperator.Add, result, new Expr.Constant(_constant));
        }

        private bool TakeMemory(in Instruction instruction)
        {
            if (instruction is { SegmentPrefix: Register.FS, MemoryBase: Register.None, MemoryIndex: Register.None }
                && instruction.MemoryDisplacement64 == 0)
            {
                // The word at the thread pointer is the thread pointer (ELF Handling For Thread-Local Storage, 3.4.6).
                return !HasThreadPointer && (HasThreadPointer = true);
            }

            if (instruction.IsIPRelativeMemoryOperand && !instruction.HasSegmentPrefix && _slot is null)
            {
                _slot = instruction.IPRelativeMemoryAddress;
                return true;
            }

            return false;
        }
    }
}
