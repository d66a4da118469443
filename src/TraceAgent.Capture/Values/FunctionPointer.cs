using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>The address of a function, shown as its name where the file of the probe has it.</summary>
    /// <param name="Names">The names of the file's functions.</param>
    public sealed record FunctionPointer(FunctionNames Names) : Scalar
    {
        internal override FunctionNames? Functions => Names;

        internal override int Width => 8;

        internal override string Notation => "function pointer";

        internal override ValueForm Form => ValueForm.Text;

        internal override CaptureType InExpressions => new Pointer();

        internal override void Append(LineBuffer into, ulong bits, string? format) => into.Append(Names.TextOf(bits));
    }
}
