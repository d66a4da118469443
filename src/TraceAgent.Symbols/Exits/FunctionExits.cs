using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Instructions;

namespace TraceAgent.Symbols.Exits;

/// <summary>
/// Every place at which a call of a function ends: its own RET instructions, those of functions that it leaves to by a jump (a
/// tail call), and of these in turn; where a jump cannot be followed, the jump itself.
/// </summary>
internal sealed class FunctionExits
{
    /// <summary>The maximum number of functions that are followed for one, counted with all that these lead to.</summary>
    private const int MaxFollowed = 64;

    /// <summary>The maximum number of bytes of these that are decoded.</summary>
    private const long MaxFollowedBytes = 1 << 20;

    private const int MaxSites = 1024;
    private const int MaxNamed = 16;

    private readonly Dictionary<ulong, ExitSite> _sites = [];
    private readonly Dictionary<ulong, ExitSite> _restarts = [];
    private readonly List<ExitSite> _guards = [];
    private readonly HashSet<ulong> _visited = [];
    private readonly Queue<(FunctionRange Function, FunctionCode Code)> _queue = new();
    private readonly CodeCache _codes;
    private long _followedBytes;
    private bool _sharesCode;

    private FunctionExits(CodeCache codes) => _codes = codes;

    /// <summary>The sites in the order of the file.</summary>
    public IEnumerable<ExitSite> Sites => _sites.Values.OrderBy(site => site.Offset);

    /// <summary>The branches back to the entry, which is hit again without a call.</summary>
    public IEnumerable<ExitSite> Restarts => _restarts.Values.OrderBy(site => site.Offset);

    /// <summary>True when the function has RET instructions of its own, or of what it leaves to.</summary>
    public bool Returns => _sites.Values.Any(site => site.Form.Kind == ExitKind.Return);

    /// <summary>True when a call may end elsewhere than at a RET of the function.</summary>
    public bool Leaves => Followed.Count > 0 || _sharesCode || _sites.Values.Any(site => site.Form.Kind == ExitKind.Jump);

    /// <summary>The functions that it leaves to.</summary>
    public List<FunctionRange> Followed { get; } = [];

    /// <summary>
    /// The jumps between the functions that it leaves to, and their first instructions: they tell a call of such a function from
    /// one of ours that has jumped there.
    /// </summary>
    public IReadOnlyList<ExitSite> Guards => _guards;

    /// <summary>The functions that it leaves to where these cannot be probed.</summary>
    public List<FunctionRange> Unguarded { get; } = [];

    /// <summary>The jumps that are not followed, at most 16: the call is logged there.</summary>
    public List<(FunctionRange Function, ulong Address)> SeenJumps { get; } = [];

    /// <summary>The jumps that cannot be probed, at most 16: calls that leave there are not seen to end.</summary>
    public List<(FunctionRange Function, ulong Address)> UnseenJumps { get; } = [];

    /// <summary>The branches back to the entry that cannot be probed, at most 16.</summary>
    public List<ulong> UnseenRestarts { get; } = [];

    /// <summary>The reason why no exits can be found, as the end of a sentence; null when they can.</summary>
    public string? Refusal { get; private set; }

    /// <param name="codes">The cache of the image's functions.</param>
    /// <param name="function">The function, which is entered by a call.</param>
    /// <param name="entry">A branch to a place from the first to the last of these leads to the probe on the entry.</param>
    /// <param name="needsExits">False when only branches back to the entry are wanted.</param>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static FunctionExits Of(CodeCache codes, FunctionRange function, (ulong First, ulong Last) entry, bool needsExits)
    {
        var exits = new FunctionExits(codes);
        var own = codes.Of(function);
        exits.Refusal = own.Refusal;
        exits._visited.Add(function.Start);
        if (own.Refusal is not null)
        {
            return exits;
        }

        exits._sharesCode = own.SharesCode;
        exits._queue.Enqueue((function, own));
        while (exits._queue.TryDequeue(out var next))
        {
            exits.AddRestarts(next.Code, entry);
            if (needsExits)
            {
                exits.AddExits(next.Function, next.Code, isElsewhere: next.Code != own);
            }
        }

        return exits;
    }

    private void AddRestarts(FunctionCode code, (ulong First, ulong Last) entry)
    {
        foreach (var from in code.BranchesTo(entry.First, entry.Last))
        {
            var branch = code.At(from);
            if (BranchCondition.TryGet(branch, out var condition)
                && SiteOf(code, from, new ExitForm(ExitKind.Restart, condition)) is { } site)
            {
                _restarts[site.Offset] = site;
            }
            else if (UnseenRestarts.Count < MaxNamed)
            {
                UnseenRestarts.Add(from);
            }
        }
    }

    private void AddExits(FunctionRange function, FunctionCode code, bool isElsewhere)
    {
        foreach (var address in code.Returns)
        {
            if (SiteOf(code, address, ExitForm.Return with { IsElsewhere = isElsewhere }) is not { } site)
            {
                Refusal = $"the return at 0x{address:x} is not in the file";
                return;
            }

            Add(site);
        }

        foreach (var jump in code.Leaving)
        {
            var mark = MarkOf(code, jump.Address);
            if (jump.Owner is { } owner && (isElsewhere || mark is not null) && TryFollow(owner))
            {
                if (isElsewhere)
                {
                    Guard(owner, mark);
                }
                else if (mark is { } place)
                {
                    Add(place);
                }
            }
            else if (JumpSite(code, jump) is { } found && Add(found with { Form = found.Form with { IsElsewhere = isElsewhere } }))
            {
                Name(SeenJumps, function, jump.Address);
            }
            else
            {
                Name(UnseenJumps, function, jump.Address);
            }
        }
    }

    /// <summary>The site that shows that a call leaves the function itself; null when that cannot be probed.</summary>
    private ExitSite? MarkOf(FunctionCode code, ulong jump) =>
        BranchCondition.TryGet(code.At(jump), out var condition)
            ? SiteOf(code, jump, new ExitForm(ExitKind.Leave, condition))
            : null;

    private void GuardEntry(FunctionRange function, FunctionCode code)
    {
        var walk = InstructionWalk.To(_codes.Image, function, function.Start);
        var entry = function.Start + (ulong)(walk?.CheaperBy ?? 0);
        Guard(function, walk is null or { IsFiveByteNop: true } or { IsRepeated: true }
            ? null
            : SiteOf(code, entry, new ExitForm(ExitKind.Arrive) { IsFirst = true }));
        foreach (var loop in code.BranchesTo(function.Start, entry))
        {
            Guard(function, MarkOf(code, loop));
        }
    }

    private void Guard(FunctionRange function, ExitSite? site)
    {
        if (site is { } found)
        {
            _guards.Add(found);
        }
        else
        {
            Unguarded.Add(function);
        }
    }

    /// <returns>False when the function's own jump is to be probed instead.</returns>
    private bool TryFollow(FunctionRange owner)
    {
        if (_visited.Contains(owner.Start))
        {
            return true;
        }

        if (Followed.Count == MaxFollowed
            || _sites.Count >= MaxSites
            || owner.End - owner.Start > (ulong)(MaxFollowedBytes - _followedBytes))
        {
            return false;
        }

        var code = _codes.Of(owner);
        if (code.Refusal is not null)
        {
            return false;
        }

        _visited.Add(owner.Start);
        _followedBytes += code.Decoded;
        Followed.Add(owner);
        GuardEntry(owner, code);
        _queue.Enqueue((owner, code));
        return true;
    }

    private ExitSite? JumpSite(FunctionCode code, LeavingJump jump)
    {
        var instruction = code.At(jump.Address);
        if (instruction.FlowControl != Iced.Intel.FlowControl.IndirectBranch)
        {
            return BranchCondition.TryGet(instruction, out var condition)
                ? SiteOf(code, jump.Address, new ExitForm(ExitKind.Jump, condition))
                : null;
        }

        if (jump.IsKnown)
        {
            return SiteOf(code, jump.Address, new ExitForm(ExitKind.Jump));
        }

        return IndirectJump.TargetOf(instruction) is { } target
            ? SiteOf(code, jump.Address, new ExitForm(ExitKind.Jump, code.IsOutside(target, jump.Address)))
            : null;
    }

    /// <summary>The site at an instruction; null when it cannot be probed.</summary>
    private ExitSite? SiteOf(FunctionCode code, ulong address, ExitForm form)
    {
        var instruction = code.At(address);
        return InstructionRules.Refusal(instruction, code.BytesOf(instruction)) is null && _codes.Image.FileOffsetOf(address) is { } offset
            ? new ExitSite(offset, form)
            : null;
    }

    private bool Add(ExitSite site)
    {
        if (_sites.Count >= MaxSites && !_sites.ContainsKey(site.Offset))
        {
            Refusal = $"it has more than {MaxSites} places to leave at";
            return false;
        }

        // The function's own come first: code elsewhere may lead back into it, and a call that ends there need not have left.
        _sites.TryAdd(site.Offset, site);
        return true;
    }

    private static void Name(List<(FunctionRange Function, ulong Address)> names, FunctionRange function, ulong address)
    {
        if (names.Count < MaxNamed)
        {
            names.Add((function, address));
        }
    }
}
