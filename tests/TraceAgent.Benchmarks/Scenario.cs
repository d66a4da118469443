namespace TraceAgent.Benchmarks;

/// <summary>One question that every tool is asked.</summary>
/// <param name="Name">As in the table.</param>
/// <param name="Function">Of the target.</param>
/// <param name="Rule">Of ours, without name, binary and symbol.</param>
/// <param name="Probes">Of bpftrace: the text after the path, with the body; <c>{0}</c> stands for path and function.</param>
/// <param name="Floor">
/// The programs written by hand that do the same; on entry, then on return, which is at the caller unless <c>@</c> says how many
/// bytes after the entry the RET instruction is.
/// </param>
internal sealed record Scenario(string Name, string Function, string Rule, string Probes, IReadOnlyList<string> Floor)
{
    /// <summary>What the target is told by its environment.</summary>
    public string? Environment { get; init; }

    /// <summary>Lines that a call makes when none is lost.</summary>
    public double LinesPerCall { get; init; } = 1;

    /// <summary>A fraction of the calls: single-stepped hits cost much more.</summary>
    public double Share { get; init; } = 1;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(
            "2 integers",
            "work_push",
            "args: 2\nformat: 'work({arg1}, {arg2})'",
            "uprobe:{0} { printf(\"%llu %d %d %s work(%d, %d)\\n\", nsecs, pid, tid, comm, arg0, arg1); }",
            ["integers"]),
        new(
            "string of 33 bytes",
            "work_push",
            "args: [text: string]\nformat: 'work({text})'",
            "uprobe:{0} { printf(\"%llu %d %d %s work(%s)\\n\", nsecs, pid, tid, comm, str(arg0)); }",
            ["text"]) { Environment = "TEXT" },
        new(
            "entry and return",
            "work_push",
            "args: 2\non: both\nformat: {entry: 'work({arg1}, {arg2})', return: 'work = {ret}'}",
            "uprobe:{0} { printf(\"%llu %d %d %s work(%d, %d)\\n\", nsecs, pid, tid, comm, arg0, arg1); } "
                + "uretprobe:{0} { printf(\"%llu %d %d %s work = %d\\n\", nsecs, pid, tid, comm, retval); }",
            ["integers", "integers"]) { LinesPerCall = 2, Share = 0.5 },
        new(
            "call with duration",
            "work_push",
            "args: 2\non: call\nformat: 'work({arg1}, {arg2}) = {ret} in {duration}'",
            "uprobe:{0} { @t[tid] = nsecs; @a[tid] = arg0; @b[tid] = arg1; } "
                + "uretprobe:{0} { printf(\"%llu %d %d %s work(%d, %d) = %d in %d\\n\", nsecs, pid, tid, comm, @a[tid], @b[tid], " +
                    "retval, nsecs - @t[tid]); "
                + "delete(@t[tid]); delete(@a[tid]); delete(@b[tid]); }",
            ["entry", "leave_at_ret@6"]) { Share = 0.5 },
        new(
            "the same at the caller",
            "work_push",
            "args: 2\non: call\nreturn_at: caller\nunsafe: true\nformat: 'work({arg1}, {arg2}) = {ret} in {duration}'",
            "uprobe:{0} { @t[tid] = nsecs; @a[tid] = arg0; @b[tid] = arg1; } "
                + "uretprobe:{0} { printf(\"%llu %d %d %s work(%d, %d) = %d in %d\\n\", "
                    + "nsecs, pid, tid, comm, @a[tid], @b[tid], retval, nsecs - @t[tid]); "
                + "delete(@t[tid]); delete(@a[tid]); delete(@b[tid]); }",
            ["entry", "leave"]) { Share = 0.5 },
        new(
            "6 values, 1 % pass",
            "work_push",
            "args: 6\nwhen: \"arg1 % 100 == 0\"\nformat: 'work({arg1}, {arg2}, {arg3}, {arg4}, {arg5}, {arg6})'",
            "uprobe:{0} /arg0 % 100 == 0/ { printf(\"%llu %d %d %s work(%d, %d, %d, %d, %d, %d)\\n\", nsecs, pid, tid, comm, arg0, arg1, " +
                "arg2, arg3, arg4, arg5); }",
            ["empty"]) { Environment = "SIX", LinesPerCall = 0.01 },
        new(
            "endbr64; push",
            "work_cet",
            "args: 2\nformat: 'work({arg1}, {arg2})'",
            "uprobe:{0} { printf(\"%llu %d %d %s work(%d, %d)\\n\", nsecs, pid, tid, comm, arg0, arg1); }",
            ["integers"]) { Share = 0.2 },
        new(
            "single-stepped",
            "work_step",
            "args: 2\nformat: 'work({arg1}, {arg2})'",
            "uprobe:{0} { printf(\"%llu %d %d %s work(%d, %d)\\n\", nsecs, pid, tid, comm, arg0, arg1); }",
            ["integers"]) { Share = 0.2 },
    ];
}
