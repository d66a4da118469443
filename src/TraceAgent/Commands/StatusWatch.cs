using System.Diagnostics;
using System.Runtime.InteropServices;
using TraceAgent.Hosting;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Status;

namespace TraceAgent.Commands;

/// <summary>
/// Shows the status on a terminal again and again, until a signal ends it. An agent that ends meanwhile may come back: the screen
/// stays, and asks again.
/// </summary>
/// <param name="ask">Asks the agent.</param>
/// <param name="rule">The one rule that is wanted; null for all.</param>
internal sealed class StatusWatch(Func<AgentStatus> ask, string? rule) : IDisposable
{
    private const int StandardOutput = 1;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>The size of a terminal that does not say (VT100).</summary>
    private static readonly (int Columns, int Rows) UsualSize = (80, 24);

    private readonly ManualResetEventSlim _woken = new();
    private volatile bool _stopping;

    public void Dispose() => _woken.Dispose();

    public int Run()
    {
        // The first answer is looked at before anything is drawn: a mistyped rule is an error, not a screen.
        AgentStatus? before = null;
        var status = ask();
        var asked = Stopwatch.GetTimestamp();
        var elapsed = TimeSpan.Zero;
        var refusal = (string?)null;
        using var output = new StreamWriter(Console.OpenStandardOutput());

        using var interrupt = Ending(PosixSignal.SIGINT);
        using var end = Ending(PosixSignal.SIGTERM);
        using var hangup = Ending(PosixSignal.SIGHUP);
        using var resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _woken.Set());

        // The terminal's other screen, without a cursor (xterm's control sequences, DECSET 1049 and DECTCEM).
        output.Write("\e[?1049h\e[?25l");
        try
        {
            while (!_stopping)
            {
                Draw(output, refusal is null ? new WatchedStatus(status, before, elapsed) : null, refusal);
                if (Interval - Stopwatch.GetElapsedTime(asked) is { Ticks: > 0 } left && _woken.Wait(left))
                {
                    _woken.Reset();
                    continue;
                }

                try
                {
                    var next = ask();
                    // A restarted agent counts from 0: there is no difference to show.
                    before = refusal is null && next.Agent == status.Agent ? status : null;
                    elapsed = Stopwatch.GetElapsedTime(asked);
                    (status, refusal) = (next, null);
                }
                catch (StatusUnavailableException unavailable)
                {
                    refusal = unavailable.Message;
                }

                asked = Stopwatch.GetTimestamp();
            }
        }
        finally
        {
            output.Write("\e[?25h\e[?1049l");
        }

        return ExitCode.Fine;
    }

    private void Draw(StreamWriter output, WatchedStatus? watched, string? refusal)
    {
        var size = StandardDescriptor.ScreenSize(StandardOutput) ?? UsualSize;
        var now = DateTime.UtcNow;
        IEnumerable<string> lines = watched switch
        {
            null => [refusal!, "asked again every 2 s; Ctrl-C ends"],
            { Status.Rules: [var one] } when rule is not null => StatusTable.Details(one, now).Split('\n'),
            { Status.Packets: [var one] } when rule is not null => PacketTable.Details(one).Split('\n'),
            _ => WatchScreen.Of(watched, now, size, TerminalColours.OnStandardOutput),
        };

        // From the top, and each line to its end, without clearing first: that would flicker (ECMA-48: CUP, EL, ED).
        output.Write("\e[H" + string.Join("\e[K\n", lines.Take(size.Rows)) + "\e[K\e[J");
        output.Flush();
    }

    private PosixSignalRegistration Ending(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _stopping = true;
        _woken.Set();
    });
}
