namespace TraceAgent.Bpf.Compiler;

/// <summary>The places on the programs' stack, as offsets from the frame pointer.</summary>
internal static class StackFrame
{
    /// <summary>u32: the key of the counters.</summary>
    public const int SlotKey = -8;

    /// <summary>u64: 1 when the fields are read for the second time.</summary>
    public const int Attempt = -16;

    /// <summary>24 bytes: thread, instruction pointer, switch and kind.</summary>
    public const int MarkKey = -40;

    public const int MarkKeySize = 24;

    /// <summary>24 bytes: the key of a call in flight, see <see cref="InFlightLayout"/>.</summary>
    public const int CallKey = -64;

    public const int CallKeySize = 24;

    public const int Scratch = -72;

    /// <summary>u64: CLOCK_MONOTONIC ns of the return.</summary>
    public const int ReturnTime = -80;

    /// <summary>u64: 1 when a read of this attempt faulted.</summary>
    public const int Faulted = -88;

    /// <summary>u64: process and thread.</summary>
    public const int Thread = -96;

    /// <summary>u64: the cookie of the site, see <see cref="SiteCookie"/>.</summary>
    public const int Cookie = -104;

    /// <summary>u64: a bit for each field of which a page must not be waited for; the last one stands for all from there on.</summary>
    public const int Refused = -112;

    /// <summary>The place below which expressions have their temporaries.</summary>
    public const int Temporaries = -112;

    /// <summary>The value of a call in flight while it is made, where it is small: see <see cref="InFlightLayout"/>.</summary>
    public const int CallValue = Temporaries - CallValueSize;

    /// <summary>
    /// Bytes of such a value: room for 12 integers. With key and header they fill 192 bytes, one of the sizes in which the kernel
    /// gives out memory (kernel/bpf/memalloc.c).
    /// </summary>
    public const int CallValueSize = 120;

    /// <summary>The end of the stack: a program, with the functions that it calls, has 512 bytes.</summary>
    public const int Limit = -512;
}
