namespace TraceAgent.Symbols;

/// <summary>The codes of every <see cref="SiteProblem"/>. They are stable: users search for them and silence them.</summary>
public static class SiteCodes
{
    /// <summary>No function of that name in the file.</summary>
    public const string SymbolNotFound = "TA201";

    /// <summary>The file is not an ELF program or library of a supported processor.</summary>
    public const string NotSupported = "TA202";

    /// <summary>An ELF file that contradicts itself or ends too early.</summary>
    public const string Damaged = "TA203";

    /// <summary>The operating system would not let us open or read the file.</summary>
    public const string CannotRead = "TA204";

    /// <summary>The file only calls the function; a library has it.</summary>
    public const string Imported = "TA205";

    /// <summary>The symbol names a resolver (STT_GNU_IFUNC), not the code that runs.</summary>
    public const string IndirectFunction = "TA206";

    /// <summary>The symbol is a variable or a label.</summary>
    public const string NotAFunction = "TA207";

    /// <summary>The distance from the symbol is larger than the function.</summary>
    public const string BeyondFunction = "TA208";

    /// <summary>The address or file offset is not code.</summary>
    public const string OutsideCode = "TA209";

    /// <summary>The address is in the middle of an instruction.</summary>
    public const string InsideInstruction = "TA210";

    /// <summary>A 5-byte NOP in the middle of a function: kernels from 6.18 on make it a call, which destroys the red zone.</summary>
    public const string FiveByteNop = "TA211";

    /// <summary>The kernel cannot probe the instruction, or not without changing what it does.</summary>
    public const string UnprobeableInstruction = "TA212";

    /// <summary>A return asked for at a place where the stack pointer does not point at the return address.</summary>
    public const string ReturnNotAtEntry = "TA213";

    /// <summary>A return asked for in a Go program at a place where the RET instructions of Go code are not known.</summary>
    public const string GoReturn = "TA214";

    /// <summary>A Go function whose start is not understood: its first instruction may run twice when the stack grows.</summary>
    public const string GoEntry = "TA215";

    /// <summary>Nothing says where the function begins that holds the address, so instructions cannot be told apart.</summary>
    public const string UnknownFunctionStart = "TA216";

    /// <summary>An address that no instruction of the processor can have.</summary>
    public const string Misaligned = "TA217";

    /// <summary>A return asked for in a function that does not return once to its caller.</summary>
    public const string ReturnsOtherwise = "TA218";

    /// <summary>Warning: arguments asked for after the function's entry, where their registers may hold something else.</summary>
    public const string ArgumentsAfterEntry = "TA219";

    /// <summary>Warning: the compiler made specialised copies of the function, and calls of them are not seen.</summary>
    public const string Clones = "TA220";

    /// <summary>More functions than the rule may have sites.</summary>
    public const string TooManySites = "TA221";

    /// <summary>
    /// A return in a file with C++ or Rust code, where an exception or panic that leaves the function would end the program.
    /// </summary>
    public const string ExceptionsEnd = "TA222";

    /// <summary>Warning: of several functions that the rule names, some cannot be probed.</summary>
    public const string SomeSkipped = "TA223";

    /// <summary>A place in the table of jumps to other files (PLT).</summary>
    public const string LinkageTable = "TA230";

    /// <summary>A return, on a kernel that follows it by a system call for which a seccomp filter ends the process.</summary>
    public const string SeccompReturn = "TA231";

    /// <summary>Warning: a string instruction with REP, hit once for each element.</summary>
    public const string Repeated = "TA232";

    /// <summary>A return in a program that runs on several stacks in turn.</summary>
    public const string SwitchesStacks = "TA233";

    /// <summary>
    /// Warning: the function also leaves by a jump that cannot be followed; the call is logged there, without its result.
    /// </summary>
    public const string LeavesByJump = "TA234";

    /// <summary>No USDT probe of that name in the file.</summary>
    public const string UsdtNotFound = "TA235";

    /// <summary>The note of a USDT probe cannot be true: its place is no code, or its counter is not in data of the file.</summary>
    public const string UsdtDamaged = "TA236";

    /// <summary>
    /// Returns asked for at the RET instructions of a function that has none, or whose instructions cannot be told apart.
    /// </summary>
    public const string NoReturnInstruction = "TA237";

    /// <summary>Warning: returns are also seen in functions that others call, and whose calls cost as those of the traced one.</summary>
    public const string SharedExit = "TA238";

    /// <summary>
    /// Warning: the function also leaves by a jump that cannot be probed, and calls that leave there are not seen to return.
    /// </summary>
    public const string UnseenExit = "TA239";

    /// <summary>Warning: a loop of the function passes its entry, and its rounds cannot be told from calls.</summary>
    public const string EntryLoop = "TA244";

    /// <summary>Warning: what <c>return_at: caller</c> may do to programs, although nothing in the file speaks against it.</summary>
    public const string CallerReturn = "TA245";

    /// <summary>
    /// Warning: calls that leave to another function by a jump, and end there by an exception, cannot be told from later calls of it.
    /// </summary>
    public const string UnguardedExit = "TA246";

    /// <summary>A place in a restartable sequence (rseq), which is lost when a probe interrupts it.</summary>
    public const string Restartable = "TA270";

    /// <summary>Warning: nothing tells whether a C++ function is called on an object, whose address would be its first argument.</summary>
    public const string ObjectUncertain = "TA250";

    /// <summary>Warning: nothing tells whether the caller passes the address of a place for a result that is a class.</summary>
    public const string ResultUncertain = "TA251";

    /// <summary>Warning: the compiler may have changed what is passed to the function.</summary>
    public const string ParametersChanged = "TA252";

    /// <summary>Warning: the prototype and the name of the function contradict each other.</summary>
    public const string PrototypeContradicts = "TA253";

    /// <summary>Warning: it is not known which word is the hidden one that a generic function of Go takes.</summary>
    public const string DictionaryUncertain = "TA254";

    /// <summary>The file has no debug information, and no separate file with it was found.</summary>
    public const string NoDebugInformation = "TA271";

    /// <summary>The debug information names no such source file.</summary>
    public const string SourceFileNotFound = "TA272";

    /// <summary>The debug information names several source files that end so.</summary>
    public const string SourceFileAmbiguous = "TA273";

    /// <summary>No code begins on the lines.</summary>
    public const string LineWithoutCode = "TA274";

    /// <summary>The debug information of a binary does not have a function whose parameters a rule asks for.</summary>
    public const string NoParameters = "TA265";

    /// <summary>A rule asks for the parameters of a function at a place that is not its entry.</summary>
    public const string NotAtEntry = "TA266";

    /// <summary>The process that reads debug information was ended, or answered nothing that can be used.</summary>
    public const string DebugReaderEnded = "TA275";

    /// <summary>The file has no debug information, and the server that was asked for it sent none.</summary>
    public const string NotFetched = "TA276";
}
