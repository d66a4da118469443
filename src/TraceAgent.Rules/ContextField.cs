using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Rules;

/// <summary>A value that the kernel knows of a hit and every message can name, but only events whose message does so carry.</summary>
/// <param name="Name">The name in messages and as a property.</param>
/// <param name="Type">The type that decides how it is shown.</param>
/// <param name="Value">The value as the kernel computes it.</param>
public sealed record ContextField(string Name, CaptureType Type, SpecialValue Value)
{
    /// <summary>All fields, in the order of the line.</summary>
    public static EquatableArray<ContextField> All { get; } =
    [
        new("uid", new CaptureType.Integer(4, Signed: false), SpecialValue.Uid),
        new("gid", new CaptureType.Integer(4, Signed: false), SpecialValue.Gid),
        new("cgroup", new CaptureType.Cgroup(), SpecialValue.Cgroup),
    ];
}
