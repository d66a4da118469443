using TraceAgent.Capture;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The processes whose pages programs may wait for: <c>wait_for_pages</c> of the agent's configuration.</summary>
/// <param name="WaitsForAny">False: for none, and what is not in memory is a fault.</param>
/// <param name="OfEverybody">True when programs wait for the pages of every process.</param>
/// <param name="Users">
/// The users whose processes are trusted, when not everybody's are; of others, only processes that have their address space for
/// themselves.
/// </param>
public sealed record WaitPolicy(bool WaitsForAny, bool OfEverybody, EquatableArray<uint> Users)
{
    /// <summary>The maximum number of users that may be trusted.</summary>
    public const int MaxUsers = PageWaits.MaxUsers;

    public static WaitPolicy None { get; } = new(WaitsForAny: false, OfEverybody: false, []);

    public static WaitPolicy All { get; } = new(WaitsForAny: true, OfEverybody: true, []);

    /// <summary>The default policy: processes of root, which can hold up the host anyway.</summary>
    public static WaitPolicy Trusted { get; } = TrustedAnd([]);

    public static WaitPolicy TrustedAnd(IEnumerable<uint> users) =>
        new(WaitsForAny: true, OfEverybody: false, users.Prepend(0u).Distinct().ToEquatableArray());
}
