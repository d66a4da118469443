using Iced.Intel;
using TraceAgent.Capture.Plans;
using TraceAgent.Demangling;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using TraceAgent.Symbols.Names;

namespace TraceAgent.Symbols.Functions;

/// <summary>
/// Functions whose parameters the compiler may have changed, because it knows every call of them: copies that GCC names so (.isra,
/// .constprop), and local functions of LLVM (clang, Rust), which keep their names.
/// </summary>
internal static class ChangedParameters
{
    private const int FirstBytes = 96;
    private const int MaxInstructions = 12;

    /// <summary>The reason why they may be changed, in words; null when nothing speaks for it.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static string? Of(ElfImage image, FunctionRange function)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(function.Name);
        if (!CloneNames.BaseOf(name).IsEmpty)
        {
            return "the compiler made this copy with other parameters";
        }

        if (!function.IsLocal)
        {
            return null;
        }

        var isRust = IsRust(function);
        var isPlain = isRust ? image.Functions.HasUnoptimisedRust : StoresArguments(image, function);
        return (isRust || image.IsOfClang) && !isPlain
            ? $"the function is local, and {(isRust ? "Rust" : "clang")} may change what is passed to it when it optimises"
            : null;
    }

    /// <summary>True when calls of the function from its own file may pass nothing for arguments that it does not read.</summary>
    public static bool MayDropUnread(ElfImage image, FunctionRange function) =>
        IsRust(function) || (image.IsOfRustc && !image.IsOfClang) ? !image.Functions.HasUnoptimisedRust : image.IsOfClang;

    public static bool IsRust(FunctionRange function) =>
        function.Name.StartsWith("_R", StringComparison.Ordinal)
        || RustLegacyName.TryDemangle(System.Text.Encoding.UTF8.GetBytes(function.Name), out _, out _);

    /// <summary>True when the function begins with putting its arguments into its frame, as without optimisation.</summary>
    private static bool StoresArguments(ElfImage image, FunctionRange function)
    {
        if (image.Architecture != Architecture.X64 || image.FileOffsetOf(function.Start) is not { } offset
            || image.File.ReadOrNull(offset, Math.Min(FirstBytes, function.End - function.Start), FirstBytes) is not { } code)
        {
            return false;
        }

        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        for (var i = 0; i < MaxInstructions; i++)
        {
            decoder.Decode(out var instruction);
            switch (instruction.Mnemonic)
            {
                case Mnemonic.Mov when instruction.Op0Kind == OpKind.Memory:
                    return instruction.MemoryBase is Register.RBP or Register.RSP && instruction.Op1Kind == OpKind.Register
                        && instruction.Op1Register.GetFullRegister() == Register.RDI;
                case Mnemonic.Endbr64 or Mnemonic.Push or Mnemonic.Sub:
                case Mnemonic.Mov when instruction.Op0Kind == OpKind.Register && instruction.Op1Kind == OpKind.Register:
                    continue;
                default:
                    return false;
            }
        }

        return false;
    }
}
