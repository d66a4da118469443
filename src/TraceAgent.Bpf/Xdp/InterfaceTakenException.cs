namespace TraceAgent.Bpf.Xdp;

/// <summary>
/// Thrown when the interface already has an XDP program of somebody else, which is left alone: an interface takes one only.
/// </summary>
public sealed class InterfaceTakenException : Exception
{
    internal InterfaceTakenException(string interfaceName, long programId, string? programName)
        : base(Describe(interfaceName, programId, programName))
    {
        InterfaceName = interfaceName;
        ProgramId = programId;
        ProgramName = programName;
    }

    public string InterfaceName { get; }

    /// <summary>The program's ID as bpftool shows it; 0 when the kernel did not say.</summary>
    public long ProgramId { get; }

    /// <summary>The program's name; null when the kernel did not say, which needs CAP_SYS_ADMIN.</summary>
    public string? ProgramName { get; }

    private static string Describe(string interfaceName, long programId, string? programName) => (programId, programName) switch
    {
        (0, _) => $"{interfaceName} has another XDP program already, which is left alone",
        (_, null) => $"{interfaceName} has another XDP program already (id {programId}), which is left alone",
        _ => $"{interfaceName} has another XDP program already ('{programName}', id {programId}), which is left alone",
    };
}
