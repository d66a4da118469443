using System.Buffers.Binary;
using Iced.Intel;
using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.Exits;

/// <summary>
/// Tells a jump by a table of the function's own places from one that calls another function for the last time. By the state of
/// the stack: a function that still has a frame cannot leave. By how compilers write tables: marked (notrack), indexed by 8 and
/// filled with places of the function, or with distances that are added up. By the target itself, in the kernel, where neither
/// tells.
/// </summary>
/// <param name="image">The image, for x86-64.</param>
/// <param name="isOwn">True for an address in the function.</param>
internal sealed class IndirectJump(ElfImage image, Predicate<ulong> isOwn)
{
    /// <summary>The number of instructions before the jump that are searched for the origin of its target.</summary>
    private const int MaxBefore = 16;

    private readonly Instruction[] _before = new Instruction[MaxBefore];
    private int _count;

    public enum Meaning
    {
        Switch,
        TailCall,
        Unknown,
    }

    /// <summary>Records an instruction of the function, in the order of their addresses.</summary>
    public void Note(in Instruction instruction) => _before[_count++ % MaxBefore] = instruction;

    /// <summary>The meaning of an indirect jump.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public Meaning Of(in Instruction jump)
    {
        if (jump.SegmentPrefix == Register.DS || image.Unwind.RowAt(jump.IP) is { IsAtCall: false })
        {
            return Meaning.Switch;
        }

        if (jump.Op0Kind == OpKind.Memory)
        {
            return OfMemory(jump);
        }

        return DefinitionOf(jump.Op0Register) is not { } definition ? Meaning.Unknown : definition.Mnemonic switch
        {
            Mnemonic.Add => Meaning.Switch,
            Mnemonic.Mov when definition.Op1Kind == OpKind.Memory => OfMemory(definition),
            Mnemonic.Lea when definition.IsIPRelativeMemoryOperand => OfAddress(definition.IPRelativeMemoryAddress),
            _ => Meaning.Unknown,
        };
    }

    /// <summary>The target of the jump, from the registers before it; null when that cannot be said.</summary>
    public static Expr? TargetOf(in Instruction jump)
    {
        if (jump.Op0Kind == OpKind.Register)
        {
            return General(jump.Op0Register);
        }

        if (jump.Op0Kind != OpKind.Memory || jump.SegmentPrefix is Register.FS or Register.GS || jump.IsIPRelativeMemoryOperand)
        {
            return null;
        }

        Expr address = new Expr.Constant((long)jump.MemoryDisplacement64);
        foreach (var (register, scale) in ((Register, int)[])[(jump.MemoryBase, 1), (jump.MemoryIndex, jump.MemoryIndexScale)])
        {
            if (register == Register.None)
            {
                continue;
            }

            if (General(register) is not { } value)
            {
                return null;
            }

            Expr scaled = scale == 1 ? value : new Expr.Binary(BinaryOperator.Multiply, value, new Expr.Constant(scale));
            address = new Expr.Binary(BinaryOperator.Add, scaled, address);
        }

        return new Expr.Load(address, 8, Signed: false);
    }

    private Meaning OfMemory(in Instruction access)
    {
        if (access.MemoryIndex == Register.None)
        {
            return Meaning.TailCall;
        }

        if (access.MemoryIndexScale != 8)
        {
            return Meaning.Unknown;
        }

        if (access.MemoryBase == Register.None)
        {
            return OfTable(access.MemoryDisplacement64);
        }

        return DefinitionOf(access.MemoryBase) is { Mnemonic: Mnemonic.Lea, IsIPRelativeMemoryOperand: true } table
            ? OfTable(table.IPRelativeMemoryAddress + access.MemoryDisplacement64)
            : Meaning.Unknown;
    }

    /// <summary>
    /// The meaning of a jump by a table, by the table's first entry. In a file that is relocated, it may be zero until the file
    /// is loaded.
    /// </summary>
    private Meaning OfTable(ulong address)
    {
        Span<byte> entry = stackalloc byte[8];
        return image.FileOffsetOf(address) is { } offset && image.File.TryRead(offset, entry)
            ? OfAddress(BinaryPrimitives.ReadUInt64LittleEndian(entry))
            : Meaning.Unknown;
    }

    private Meaning OfAddress(ulong address)
    {
        if (isOwn(address))
        {
            return Meaning.Switch;
        }

        return image.IsCode(address) ? Meaning.TailCall : Meaning.Unknown;
    }

    /// <summary>The nearest instruction before the jump that writes the register; null when something else may have.</summary>
    private Instruction? DefinitionOf(Register register)
    {
        var wanted = register.GetFullRegister();
        for (var back = 1; back <= Math.Min(_count, MaxBefore); back++)
        {
            ref readonly var one = ref _before[(_count - back) % MaxBefore];
            if (one.FlowControl is not (FlowControl.Next or FlowControl.ConditionalBranch))
            {
                return null;
            }

            if (one.OpCount > 0 && one.Op0Kind == OpKind.Register && one.Op0Register.GetFullRegister() == wanted
                && one.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Push))
            {
                return one;
            }
        }

        return null;
    }

    /// <summary>The register by its DWARF number (System V ABI, AMD64 supplement 3.6.2).</summary>
    private static Expr.Register? General(Register register) => register switch
    {
        Register.RAX => new(0),
        Register.RDX => new(1),
        Register.RCX => new(2),
        Register.RBX => new(3),
        Register.RSI => new(4),
        Register.RDI => new(5),
        Register.RBP => new(6),
        Register.RSP => new(7),
        >= Register.R8 and <= Register.R15 => new(register - Register.R8 + 8),
        _ => null,
    };
}
