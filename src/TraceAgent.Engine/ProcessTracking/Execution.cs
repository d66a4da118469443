using TraceAgent.Events.Processes;

namespace TraceAgent.Engine.ProcessTracking;

/// <summary>The execution of a file by a process.</summary>
/// <param name="Pid">The process ID in the first PID namespace.</param>
/// <param name="Facts">The facts about the process now.</param>
/// <param name="Device">The executable's device; 20 bits of minor number below the major number.</param>
/// <param name="Inode">The executable's inode number.</param>
public sealed record Execution(int Pid, ProcessFacts Facts, uint Device, ulong Inode);
