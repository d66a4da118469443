using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Instructions;
using TraceAgent.Symbols.Lookup;

namespace TraceAgent.Symbols.Safety;

/// <summary>The places that can be probed and are nearest to one that cannot be, in words; null where there is none.</summary>
internal sealed class NearestPlaces(ElfImage image, string displayPath)
{
    /// <summary>
    /// The maximum number of functions on either side of an address that are asked whether they can be probed: a file may have
    /// millions that cannot.
    /// </summary>
    private const int MaxAsked = 16;

    /// <summary>The place as users write it: by the name of the function, when there is one.</summary>
    public static string Describe(FunctionRange function, ulong address) =>
        (function.Holds(address) ? function.Shown : "", address - function.Start) switch
        {
            ("", _) => $"0x{address:x}",
            (_, 0) => function.Shown,
            (_, var distance) => $"{function.Shown}+0x{distance:x}",
        };

    /// <summary>The nearest places in the function whose instructions were decoded around the target.</summary>
    public static string? Within(FunctionRange function, InstructionWalk walk) => Sentence(
        walk.SafeBefore is { } before ? Describe(function, before) : null, walk.SafeAfter is { } after ? Describe(function, after) : null);

    /// <summary>The last place of the function: its last instruction, if the size is right.</summary>
    public string? LastOf(FunctionRange function)
    {
        if (image.Architecture.ElfMachine != Architecture.X64.ElfMachine)
        {
            return $"the last instruction is at {Describe(function, (function.End - 1) & ~3UL)}";
        }

        return InstructionWalk.To(image, function, function.End) is { Contradiction: null } walk
            ? Within(function, walk)
            : EntryOf(function);
    }

    /// <summary>The entry of the function, when it can be probed.</summary>
    public string? EntryOf(FunctionRange function) => IsSafe(function) ? Sentence(Describe(function, function.Start), null) : null;

    /// <summary>The entries of the functions on either side of an address.</summary>
    public string? Around(ulong address) => Sentence(Entry(address, before: true), Entry(address, before: false));

    private string? Entry(ulong address, bool before)
    {
        for (var asked = 0; asked < MaxAsked; asked++)
        {
            if (Nearer(image.Functions.NearStart(address, before), image.Unwind.NearStart(address, before), before) is not { } start)
            {
                return null;
            }

            if ((image.Functions.At(start) ?? image.Unwind.At(start)) is { } function && function.Start == start && IsSafe(function))
            {
                return Describe(function, start);
            }

            address = start;
        }

        return null;
    }

    private static ulong? Nearer(ulong? one, ulong? other, bool before)
    {
        if (one is null || other is null)
        {
            return one ?? other;
        }

        return before ? Math.Max(one.Value, other.Value) : Math.Min(one.Value, other.Value);
    }

    private bool IsSafe(FunctionRange function) =>
        new SiteGate(image, displayPath, new SiteRequest(), []).Pass(
            function, function.Start) is not null;

    private static string? Sentence(string? before, string? after)
    {
        if (before is null && after is null)
        {
            return null;
        }

        return before is null || after is null
            ? $"the nearest safe place is {before ?? after}"
            : $"the nearest safe places are {before} and {after}";
    }
}
