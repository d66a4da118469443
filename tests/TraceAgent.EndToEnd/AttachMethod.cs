using System.Reflection;
using Xunit.Sdk;

namespace TraceAgent.EndToEnd;

/// <summary>The two ways in which the kernel lets a uprobe be attached.</summary>
public enum AttachMethod
{
    /// <summary>One <c>uprobe_multi</c> link for all sites of a rule: the agent's own choice on this kernel.</summary>
    Multi,

    /// <summary>One perf-event link for each site: what older kernels have.</summary>
    Perf,
}

/// <summary>Runs a theory once for each <see cref="AttachMethod"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothWaysAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        [[AttachMethod.Multi], [AttachMethod.Perf]];
}
