namespace TraceAgent.Events.Decoding;

/// <summary>
/// The time that tracing adds to the duration of a call on this host, by the kinds of its two hits, in ns: 0 until it has been measured.
/// Any thread may set it; it is read for each event.
/// </summary>
public sealed class AddedTimes
{
    private readonly ulong[] _ns = new ulong[4];

    /// <param name="isEmulated">The first instruction of the function is emulated, and not single-stepped.</param>
    /// <param name="atInstructions">The end of the call is seen at an instruction of the function, and not at the caller.</param>
    public ulong this[bool isEmulated, bool atInstructions]
    {
        get => Volatile.Read(ref _ns[Index(isEmulated, atInstructions)]);
        set => Volatile.Write(ref _ns[Index(isEmulated, atInstructions)], value);
    }

    private static int Index(bool isEmulated, bool atInstructions) => (isEmulated ? 1 : 0) + (atInstructions ? 2 : 0);
}
