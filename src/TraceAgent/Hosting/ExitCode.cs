namespace TraceAgent.Hosting;

/// <summary>The exit codes of the program; sysexits.h for 77 and 78, which systemd shows by name.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>Errors found by <c>check</c>, or a failure while running.</summary>
    public const int Failure = 1;

    public const int Usage = 2;

    /// <summary>A permission, or a feature of the kernel or a library is missing.</summary>
    public const int NotPermitted = 77;

    public const int InvalidConfiguration = 78;
}
