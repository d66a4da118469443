using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>The ID of a cgroup (version 2), shown as its path where there is one.</summary>
    public sealed record Cgroup : CaptureType
    {
        internal override string Notation => "cgroup";

        internal override ValueForm Form => ValueForm.Text;

        internal override bool LiesAtAddress => false;

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) => new(value, new Storage.Scalar());
    }
}
