using TraceAgent.Symbols.Elf;

namespace TraceAgent.Symbols;

/// <summary>
/// Lets through only the places where a probe leaves the program as it is. The kernel checks almost none of this: a probe within
/// an instruction, for one, is accepted and gives the program wrong results.
/// </summary>
internal sealed class SiteGate(ElfImage image, string displayPath, bool needsReturn, bool capturesArguments, List<SiteProblem> problems)
{
    // They return twice, or to somebody else: a replaced return address is restored when the kernel has forgotten it.
    private static readonly HashSet<string> s_returnOtherwise = new(StringComparer.Ordinal)
    {
        "setjmp", "_setjmp", "__setjmp", "sigsetjmp", "__sigsetjmp", "getcontext", "__getcontext", "swapcontext", "__swapcontext",
        "vfork", "__vfork", "__libc_vfork", "__restore_rt",
    };

    /// <summary>The site, or null when it was refused; either way there may be new problems.</summary>
    /// <param name="function">That holds the address; null when nothing says.</param>
    /// <param name="address">Of the place that the rule asked for, in code.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public ProbeSite? Pass(FunctionRange? function, ulong address)
    {
        if (function is null)
        {
            return Refuse(
                SiteCodes.UnknownFunctionStart, $"cannot tell whether an instruction begins at 0x{address:x} in {displayPath}: " +
                "no symbol and no unwind entry says where its function begins",
                "use the address of a function, or a binary with symbols");
        }

        var place = Describe(function, address);
        if (image.IsGo && RefuseGo(function, address, place) is { } goRefusal)
        {
            return Refuse(goRefusal.Code, goRefusal.Message, goRefusal.Hint);
        }

        return image.Architecture.ElfMachine == Capture.Architecture.X64.ElfMachine
            ? PassX64(function, address, place)
            : PassArm64(function, address, place);
    }

    private static string Describe(FunctionRange function, ulong address) => (function.Shown, address - function.Start) switch
    {
        ("", _) => $"0x{address:x}",
        (_, 0) => function.Shown,
        (_, var distance) => $"{function.Shown}+0x{distance:x}",
    };

    private ProbeSite? PassX64(FunctionRange function, ulong address, string place)
    {
        if (InstructionWalk.To(image, function, address) is not { } walk)
        {
            return Refuse(SiteCodes.UnknownFunctionStart, $"{place} in {displayPath} is too far from the start of its function to decode all before it");
        }

        if (walk.Undecodable is { } undecodable)
        {
            return Refuse(
                SiteCodes.InsideInstruction, $"cannot tell whether an instruction begins at {place} in {displayPath}: " +
                $"the bytes at {Describe(function, undecodable)} before it are no instruction");
        }

        if (!walk.IsBoundary)
        {
            return Refuse(
                SiteCodes.InsideInstruction, $"{place} in {displayPath} is in the middle of an instruction; a probe there breaks the program",
                NearestSafe(function, walk));
        }

        if (walk.Refusal is { } refusal)
        {
            return Refuse(SiteCodes.UnprobeableInstruction, $"the instruction at {place} in {displayPath} {refusal}", NearestSafe(function, walk));
        }

        if (walk.IsFiveByteNop && !walk.IsEntry)
        {
            return Refuse(
                SiteCodes.FiveByteNop, $"{place} in {displayPath} is a 5-byte NOP within a function; " +
                "kernels from 6.18 on replace it by a call, which overwrites the function's data below the stack pointer",
                NearestSafe(function, walk));
        }

        if (!CheckEntry(function, address, place, walk.IsEntry))
        {
            return null;
        }

        // Only for the entry itself: there the skipped endbr64 changes nothing that a rule can see.
        var moved = (ulong)walk.CheaperBy;
        var offset = walk.FileOffset + moved;
        return new ProbeSite(offset, address + moved, function.Shown, function.Name.Length == 0 ? 0 : address - function.Start)
        {
            IsEmulated = InstructionRules.IsEmulated(image.File.ReadOrNull(offset, LongestOpcode, LongestOpcode)),
        };
    }

    /// <summary>Bytes that tell whether an instruction is emulated.</summary>
    private const int LongestOpcode = 3;

    private ProbeSite? PassArm64(FunctionRange function, ulong address, string place)
    {
        if (address % 4 != 0)
        {
            return Refuse(
                SiteCodes.Misaligned, $"no arm64 instruction begins at 0x{address:x} in {displayPath}: it is not a multiple of 4",
                $"the nearest addresses are 0x{address & ~3UL:x} and 0x{(address | 3) + 1:x}");
        }

        if (image.FileOffsetOf(address) is not { } offset || !CheckEntry(function, address, place, address == function.Start))
        {
            return null;
        }

        return new ProbeSite(offset, address, function.Shown, function.Name.Length == 0 ? 0 : address - function.Start);
    }

    private bool CheckEntry(FunctionRange function, ulong address, string place, bool isFirst)
    {
        var isEntry = isFirst && function.IsEntered;
        if (needsReturn && !isEntry)
        {
            Refuse(
                SiteCodes.ReturnNotAtEntry, $"{place} in {displayPath} is not the entry of a function, so its return cannot be followed: " +
                "the kernel would overwrite whatever is on top of the stack",
                function is { IsEntered: true, Name.Length: > 0 } ? $"use `symbol: {function.Name}`, or `on: entry`" : "use `on: entry`");
            return false;
        }

        if (needsReturn && (function.Start == image.EntryPoint || s_returnOtherwise.Contains(function.Name)))
        {
            Refuse(
                SiteCodes.ReturnsOtherwise, $"the return of {place} in {displayPath} cannot be followed: " +
                (function.Start == image.EntryPoint ? "it is where the process begins, and it never returns" : "it does not return exactly once to its caller"),
                "use `on: entry`");
            return false;
        }

        // The unwinder finds the kernel's trampoline in place of the return address, and std::terminate is called.
        if (needsReturn && image.HandlesExceptions)
        {
            Refuse(
                SiteCodes.ExceptionsEnd,
                $"the return of {place} cannot be followed: {displayPath} has C++ or Rust code, and an exception or panic that passed through {place} would end the program",
                "use `on: entry`");
            return false;
        }

        if (capturesArguments && !isEntry)
        {
            problems.Add(new SiteProblem(
                SiteCodes.ArgumentsBehindEntry, Refused: false,
                $"{place} in {displayPath} is not the entry of a function: the argument registers may hold other values there",
                function.IsEntered && function.Name.Length > 0 ? $"use `symbol: {function.Name}` to see the arguments of the call" : null));
        }

        return true;
    }

    private (string Code, string Message, string? Hint)? RefuseGo(FunctionRange function, ulong address, string place)
    {
        if (needsReturn)
        {
            return (SiteCodes.GoReturn, $"the return of {place} in {displayPath} cannot be followed: it is a Go program, " +
                "whose stacks move, and the kernel's way of catching a return would crash it", "use `on: entry`");
        }

        // C code in a Go program has no package in its names.
        var isGoFunction = function.Name.Length == 0 || function.Name.Contains('.', StringComparison.Ordinal);
        if (address != function.Start || !isGoFunction)
        {
            return null;
        }

        var behind = image.Architecture.ElfMachine == Capture.Architecture.X64.ElfMachine
            ? InstructionWalk.To(image, function, address)?.BehindStackCheck
            : null;
        return (SiteCodes.GoEntry, $"{place} in {displayPath} is the first instruction of a Go function, which runs twice when the stack grows",
            behind is { } next ? $"use {Describe(function, next)}, where the registers still hold the arguments" : "use an offset behind the check of the stack's size");
    }

    private static string? NearestSafe(FunctionRange function, InstructionWalk walk) => (walk.SafeBefore, walk.SafeAfter) switch
    {
        ({ } before, { } after) => $"the nearest safe places are {Describe(function, before)} and {Describe(function, after)}",
        ({ } before, null) => $"the nearest safe place is {Describe(function, before)}",
        (null, { } after) => $"the nearest safe place is {Describe(function, after)}",
        _ => null,
    };

    private ProbeSite? Refuse(string code, string message, string? hint = null)
    {
        problems.Add(new SiteProblem(code, Refused: true, message, hint));
        return null;
    }
}
