namespace TraceAgent.Engine.Packets;

/// <summary>An interface that a packet rule is attached to.</summary>
/// <param name="Name">The current name.</param>
/// <param name="Index">The index as <c>ip link</c> shows it.</param>
/// <param name="Mode">The mode that is used: <c>native</c>, <c>generic</c> or <c>offload</c>.</param>
public sealed record InterfaceStatus(string Name, int Index, string Mode);
