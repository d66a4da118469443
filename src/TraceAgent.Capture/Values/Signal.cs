using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>
    /// The number of a signal, shown by its name. The numbers are those of x86-64 and arm64 (include/uapi/asm-generic/signal.h);
    /// those of realtime signals (32 to 64) have no name, since each C library keeps others of them for itself.
    /// </summary>
    public sealed record Signal : Scalar
    {
        private static readonly string[] Names =
        [
            "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
            "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU",
            "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
        ];

        internal override IReadOnlyList<string> Words => ["signal"];

        internal override int Width => 4;

        internal override bool IsSigned => true;

        internal override string Notation => "signal";

        internal override ValueForm Form => ValueForm.NamedNumber;

        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            if (format is null && bits - 1 < (ulong)Names.Length)
            {
                into.Append(Names[bits - 1]);
            }
            else
            {
                AppendNumber(into, bits, format, Width, signed: true);
            }
        }

        internal override void AppendJson(LineBuffer into, ulong bits)
        {
            if (bits - 1 < (ulong)Names.Length)
            {
                base.AppendJson(into, bits);
            }
            else
            {
                into.Append((long)bits);
            }
        }

        internal override object ToObject(ulong bits) => bits - 1 < (ulong)Names.Length ? Names[bits - 1] : (long)bits;
    }
}
