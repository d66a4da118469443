using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Safety;

/// <summary>
/// Finds out why following a return would harm: the kernel replaces the return address, and puts the old one back only when the
/// function returns once, to its caller, on the stack that it was called on.
/// </summary>
internal sealed class ReturnHazards(ElfImage image)
{
    /// <summary>Names that are referenced by code that C++ exceptions or Rust panics may pass through.</summary>
    private static readonly string[] Unwinders = ["__gxx_personality_v0", "rust_eh_personality"];

    /// <summary>The function that throws. Static programs of C have it as well, beside the one that ends threads.</summary>
    private const string Thrower = "_Unwind_RaiseException";

    /// <summary>Names that are imported by programs that run on several stacks in turn.</summary>
    private static readonly string[] StackSwitchers = ["swapcontext", "makecontext", "setcontext", "jump_fcontext"];

    private static readonly HashSet<string> DoNotReturnOnce = new(StringComparer.Ordinal)
    {
        "setjmp", "_setjmp", "__setjmp", "sigsetjmp", "__sigsetjmp", "getcontext", "__getcontext", "swapcontext", "__swapcontext",
        "vfork", "__vfork", "__libc_vfork", "__restore_rt",
    };

    private static readonly HashSet<string> ReadReturnAddress = new(StringComparer.Ordinal)
    {
        "dlsym",
        "__dlsym", "___dlsym", "dlvsym", "__dlvsym", "___dlvsym", "dlopen", "__dlopen", "___dlopen", "dlmopen", "__dlmopen", "___dlmopen",
        "mcount", "_mcount", "__fentry__", "__morestack", "__cyg_profile_func_enter", "__cyg_profile_func_exit",
    };

    private (bool HasExceptions, string? StackSwitcher)? _file;

    private (bool HasExceptions, string? StackSwitcher) OfFile => _file ??= (
        Unwinders.Any(name => image.Functions.KindOf(name) != FunctionIndex.NameKind.Absent)
            || image.Functions.KindOf(Thrower) == FunctionIndex.NameKind.Imported,
        image.IsExecutableProgram ? StackSwitchers.FirstOrDefault(IsUsed) : null);

    /// <summary>
    /// True when the program uses the function. A static program has the function itself; libc, which can be started too, only
    /// offers it.
    /// </summary>
    private bool IsUsed(string function) => image.Functions.KindOf(function) switch
    {
        FunctionIndex.NameKind.Imported => true,
        FunctionIndex.NameKind.Function => image.FindSegment(ElfSegment.Interpreter) is null,
        _ => false,
    };

    /// <summary>The reason against following the return of the function; null when it can be followed.</summary>
    /// <param name="function">The function whose entry is asked for.</param>
    /// <param name="place">The entry, in the words of the user.</param>
    /// <param name="displayPath">The name of the file in messages.</param>
    /// <param name="atInstructions">True when its RET instructions are probed: the kernel leaves the return address alone.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public (string Code, string Message)? Of(FunctionRange function, string place, string displayPath, bool atInstructions)
    {
        if (function.Start == image.EntryPoint)
        {
            return (SiteCodes.ReturnsOtherwise,
                $"the return of {place} in {displayPath} cannot be followed: it is where the process begins, and it never returns");
        }

        if (atInstructions)
        {
            return null;
        }

        if (DoNotReturnOnce.Contains(function.Name))
        {
            return (SiteCodes.ReturnsOtherwise,
                $"the return of {place} in {displayPath} cannot be followed: it does not return exactly once to its caller");
        }

        if (ReadReturnAddress.Contains(function.Name))
        {
            return (SiteCodes.ReturnsOtherwise,
                $"the return of {place} in {displayPath} cannot be followed: it looks at its return address to know its caller, and " +
                    $"would find the kernel's");
        }

        // The unwinder finds the kernel's trampoline in place of the return address, and std::terminate is called.
        if (OfFile.HasExceptions)
        {
            return (SiteCodes.ExceptionsEnd,
                $"the return of {place} cannot be followed: {displayPath} has C++ or Rust code, and an exception or panic that passed " +
                    $"through {place} would end the program");
        }

        // arch_uretprobe_is_alive (arch/x86/kernel/uprobes.c): the kernel takes calls on a stack below the one that goes on for
        // abandoned, and forgets where they return to.
        if (OfFile.StackSwitcher is { } switcher)
        {
            return (SiteCodes.SwitchesStacks,
                $"the return of {place} cannot be followed: {displayPath} calls {switcher} to run on several stacks in turn, and " +
                    $"would jump to nowhere");
        }

        if (image.Unwind.RowAt(function.Start) is not { IsAtCall: true })
        {
            return (SiteCodes.ReturnsOtherwise,
                $"the return of {place} in {displayPath} cannot be followed: "
                    + "no unwind entry (.eh_frame) says that its return address is on top of the stack when it begins");
        }

        return null;
    }

    /// <summary>The warning about what an examination of the file cannot exclude.</summary>
    public static SiteProblem Remaining(string place, string displayPath) => new(
        SiteCodes.CallerReturn, Refused: false,
        $"`return_at: caller` changes the return address of {place} in every process that maps {displayPath}: " +
        "one that switches stacks by itself (fibers), " +
        "ends a thread in it (pthread_exit, pthread_cancel), throws through it or has a sandbox may crash or hang, " +
        "and calls nested deeper than 64 are not seen",
        "leave `return_at` out");
}
