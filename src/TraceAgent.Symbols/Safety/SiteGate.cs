using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Exits;
using TraceAgent.Symbols.Instructions;

namespace TraceAgent.Symbols.Safety;

/// <summary>
/// Lets through only the places where a probe leaves the program as it is. The kernel checks almost none of this: a probe within
/// an instruction, for one, is accepted and gives the program wrong results.
/// </summary>
/// <param name="image">The open image.</param>
/// <param name="displayPath">The name of the file in messages.</param>
/// <param name="request">The request: how returns are to be seen, and what else the rule asks for.</param>
/// <param name="problems">Receives the problems.</param>
/// <param name="nearest">Finds what can be probed instead; null where nobody would read it, as for one function of many.</param>
internal sealed partial class SiteGate(
    ElfImage image, string displayPath, SiteRequest request, List<SiteProblem> problems, NearestPlaces? nearest = null)
{
    /// <summary>The minor version of Go from which on arguments are passed in registers: 17 (amd64), 18 (arm64).</summary>
    private const int FirstWithRegistersX64 = 17;
    private const int FirstWithRegistersArm64 = 18;

    /// <summary>
    /// The maximum number of bytes of whole functions that are decoded for one rule; functions that are each other's neighbours
    /// are far less, and a file may say that ten thousand lie on one another.
    /// </summary>
    private const long MaxDecoded = 256 << 20;

    private readonly CodeCache _codes = new(image, looksOutside: request.NeedsReturn || image.IsGo);
    private long _decoded;

    private bool NeedsReturn => request.NeedsReturn;

    /// <summary>The site and where its values are, or null when it was refused; either way there may be new problems.</summary>
    /// <param name="function">The function that holds the address; null when it is unknown.</param>
    /// <param name="address">The address of the place that the rule asked for, in code.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public PlacedSite? Pass(FunctionRange? function, ulong address)
    {
        if (function is null)
        {
            return Refuse<PlacedSite>(
                SiteCodes.UnknownFunctionStart, $"cannot tell whether an instruction begins at 0x{address:x} in {displayPath}: " +
                "no symbol and no unwind entry says where its function begins",
                nearest?.Around(address) ?? "use the address of a function, or a binary with symbols");
        }

        var place = NearestPlaces.Describe(function, address);
        if (image.SectionAt(address) is { } section && section.Name.StartsWith(".plt", StringComparison.Ordinal) && !Lift(
            SiteCodes.LinkageTable, $"{place} in {displayPath} is in {section.Name}, the table of jumps to functions of other files",
            "name the library as `binary` and the function as `symbol`"))
        {
            return null;
        }

        if (IsGo(function))
        {
            return PassGo(function, address, place);
        }

        if (image.IsGo && request.Returns == ReturnMethod.Caller)
        {
            return Refuse<PlacedSite>(
                SiteCodes.GoReturn, $"the return of {place} in {displayPath} cannot be followed: it is C code in a Go program, " +
                "whose stacks move, and the kernel's way of catching a return would crash it", "leave `return_at` out, or use `on: entry`");
        }

        var abi = new CSiteAbi(image.Architecture) { ReturnsAtInstructions = request.Returns == ReturnMethod.Instructions };
        return PassInstruction(function, address, address, place, abi);
    }

    private PlacedSite? PassGo(FunctionRange function, ulong address, string place)
    {
        var isX64 = image.Architecture.ElfMachine == Architecture.X64.ElfMachine;
        var first = isX64 ? FirstWithRegistersX64 : FirstWithRegistersArm64;
        var passesInRegisters = !function.Name.EndsWith(".abi0", StringComparison.Ordinal) && (image.GoMinor ?? first) >= first;
        var abi = new GoSiteAbi(image.Architecture, passesInRegisters) { ReturnsAtInstructions = NeedsReturn };
        if (address != function.Start)
        {
            return PassInstruction(function, address, address, place, abi);
        }

        _decoded += (long)(function.End - function.Start);
        var safe = isX64 && _decoded <= MaxDecoded ? GoPrologue.FirstSafe(image, function, passesInRegisters) : null;
        if (safe is null && !Lift(
            SiteCodes.GoEntry,
            $"{place} in {displayPath} is the first instruction of a Go function, which may run twice when the stack grows",
            "use an offset after the check of the stack's size"))
        {
            return null;
        }

        return PassInstruction(function, address, safe ?? address, place, abi);
    }

    private PlacedSite? PassInstruction(FunctionRange function, ulong address, ulong probed, string place, SiteAbi abi)
    {
        var isX64 = image.Architecture.ElfMachine == Architecture.X64.ElfMachine;
        var site = isX64 ? PassX64(function, address, probed, place, out var isEntry) : PassArm64(function, address, place, out isEntry);
        if (site is null)
        {
            return null;
        }

        if (isX64 && isEntry && function.IsEntered)
        {
            return WithExits(function, place, abi, site) is { } placed ? OutsideSequences(placed, place) : null;
        }

        if (!abi.ReturnsAtInstructions)
        {
            return OutsideSequences(new PlacedSite(abi, site), place);
        }

        return Refuse<PlacedSite>(
            SiteCodes.NoReturnInstruction,
            $"the returns of {place} in {displayPath} cannot be found: RET instructions are known of x86_64 only",
            image.IsGo ? "use `on: entry`" : "use `on: entry`; `return_at: caller` with `unsafe: true` is another way, with its dangers");
    }

    private ProbeSite? PassX64(FunctionRange function, ulong address, ulong probed, string place, out bool isEntry)
    {
        isEntry = false;
        if (InstructionWalk.To(image, function, probed) is not { } walk)
        {
            return Refuse<ProbeSite>(SiteCodes.UnknownFunctionStart,
                $"{place} in {displayPath} is too far from the start of its function to decode all before it",
                nearest?.EntryOf(function));
        }

        if (walk.Undecodable is { } undecodable)
        {
            return Refuse<ProbeSite>(
                SiteCodes.InsideInstruction, $"cannot tell whether an instruction begins at {place} in {displayPath}: " +
                $"the bytes at {NearestPlaces.Describe(function, undecodable)} before it are no instruction",
                NearestPlaces.Within(function, walk));
        }

        if (!walk.IsBoundary)
        {
            return Refuse<ProbeSite>(
                SiteCodes.InsideInstruction,
                $"{place} in {displayPath} is in the middle of an instruction; a probe there breaks the program",
                NearestPlaces.Within(function, walk));
        }

        if (walk.Contradiction is { } branch && address != function.Start)
        {
            return Refuse<ProbeSite>(
                SiteCodes.InsideInstruction, $"cannot tell whether an instruction begins at {place} in {displayPath}: " +
                $"the branch at {NearestPlaces.Describe(function, branch)} leads into the middle of another instruction, so there may be " +
                    $"data between the code",
                nearest?.EntryOf(function));
        }

        if (walk.Refusal is { } refusal)
        {
            return Refuse<ProbeSite>(SiteCodes.UnprobeableInstruction,
                $"the instruction at {place} in {displayPath} {refusal}", NearestPlaces.Within(function, walk));
        }

        // At an entry the instruction after it is probed instead: arguments and stack are the same there.
        const int nopBytes = 5;
        var skipsNop = walk.IsFiveByteNop && walk.IsEntry && walk.SafeAfter == probed + nopBytes;
        if (walk.IsFiveByteNop && !skipsNop)
        {
            return Refuse<ProbeSite>(
                SiteCodes.FiveByteNop, $"{place} in {displayPath} is a 5-byte NOP{(walk.IsEntry ? "" : " within a function")}; " +
                "kernels from 6.18 on replace it by a call, which overwrites the function's data below the stack pointer",
                NearestPlaces.Within(function, walk));
        }

        // What a Go function does before it is probed changes nothing that a rule can see.
        isEntry = walk.IsEntry || probed != address;
        if (!CheckEntry(function, address, place, isEntry))
        {
            return null;
        }

        if (walk.IsRepeated)
        {
            problems.Add(new SiteProblem(
                SiteCodes.Repeated, Refused: NeedsReturn,
                $"the instruction at {place} in {displayPath} repeats itself, and is hit once for each element that it moves or compares",
                NeedsReturn ? "use `on: entry`" : NearestPlaces.Within(function, walk)));
            if (NeedsReturn)
            {
                return null;
            }
        }

        // Only for the entry itself: there the skipped endbr64 changes nothing that a rule can see.
        var moved = (ulong)(skipsNop ? nopBytes : walk.CheaperBy);
        var offset = walk.FileOffset + moved;
        return new ProbeSite(offset, probed + moved, function.Shown, function.Name.Length == 0 ? 0 : address - function.Start)
        {
            IsEmulated = InstructionRules.IsEmulated(image.File.ReadOrNull(offset, MaxOpcodeLength, MaxOpcodeLength)),
        };
    }

    /// <summary>The number of bytes that tell whether an instruction is emulated.</summary>
    private const int MaxOpcodeLength = 3;

    private ProbeSite? PassArm64(FunctionRange function, ulong address, string place, out bool isEntry)
    {
        isEntry = address == function.Start;
        if (address % 4 != 0)
        {
            return Refuse<ProbeSite>(
                SiteCodes.Misaligned, $"no arm64 instruction begins at 0x{address:x} in {displayPath}: it is not a multiple of 4",
                $"the nearest addresses are 0x{address & ~3UL:x} and 0x{(address | 3) + 1:x}");
        }

        if (image.FileOffsetOf(address) is not { } offset || !CheckEntry(function, address, place, isEntry))
        {
            return null;
        }

        return new ProbeSite(offset, address, function.Shown, function.Name.Length == 0 ? 0 : address - function.Start);
    }

    private bool CheckEntry(FunctionRange function, ulong address, string place, bool isFirst)
    {
        var isEntry = isFirst && IsCalled(function);
        var followsCaller = request.Returns == ReturnMethod.Caller && !IsGo(function);
        if (NeedsReturn && !isEntry && function.Start != image.EntryPoint)
        {
            var isJumpedTo = isFirst && function.IsEntered;
            var what = isJumpedTo ? "is jumped to and not called, as its unwind entry says" : "is not the entry of a function";
            Refuse(
                SiteCodes.ReturnNotAtEntry, $"{place} in {displayPath} {what}, so its return cannot be followed" +
                (followsCaller ? ": the kernel would overwrite whatever is on top of the stack" : ""),
                !isJumpedTo && function is { IsEntered: true, Name.Length: > 0 }
                    ? $"use `symbol: {function.Name}`, or `on: entry`"
                    : "use `on: entry`");
            return false;
        }

        if (NeedsReturn
            && image.Derive(static image => new ReturnHazards(image)).Of(function, place, displayPath, !followsCaller) is { } hazard)
        {
            Refuse(
                hazard.Code,
                hazard.Message,
                function.Start == image.EntryPoint ? "use `on: entry`" : "leave `return_at` out, or use `on: entry`");
            return false;
        }

        if (followsCaller && NeedsReturn)
        {
            problems.Add(ReturnHazards.Remaining(place, displayPath));
        }

        if (request.CapturesArguments && !isEntry)
        {
            problems.Add(new SiteProblem(
                SiteCodes.ArgumentsAfterEntry, Refused: false,
                $"{place} in {displayPath} is not the entry of a function: the argument registers may hold other values there",
                function.IsEntered && function.Name.Length > 0 ? $"use `symbol: {function.Name}` to see the arguments of the call" : null));
        }

        return true;
    }

    /// <summary>True when the return address is on top of the stack at the start; unwind entries take precedence over the name.</summary>
    private bool IsCalled(FunctionRange function) =>
        function.IsEntered && (image.Unwind.At(function.Start) is not { } unwound || unwound.Start != function.Start || unwound.IsEntered);

    /// <summary>True for Go code. C code in a Go program has no package in its names, or has unwind entries like all C code.</summary>
    private bool IsGo(FunctionRange function) => image.IsGo
        && (function.Name.Length == 0 || function.Name.Contains('.', StringComparison.Ordinal)) && image.Unwind.At(function.Start) is null;

    /// <summary>
    /// Reports what misleads but harms no program: true, and a warning, when the rule says <c>unsafe: true</c>; else a refusal.
    /// </summary>
    private bool Lift(string code, string message, string hint)
    {
        problems.Add(new SiteProblem(code, Refused: !request.AllowsUnsafe, message, hint));
        return request.AllowsUnsafe;
    }

    private void Refuse(string code, string message, string? hint = null) =>
        problems.Add(new SiteProblem(code, Refused: true, message, hint));

    private T? Refuse<T>(string code, string message, string? hint = null)
        where T : class
    {
        Refuse(code, message, hint);
        return null;
    }
}
