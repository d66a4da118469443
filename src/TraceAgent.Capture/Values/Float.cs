using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>A number in IEEE 754 binary32 or binary64 format: <paramref name="Size"/> is 4 or 8 bytes.</summary>
    public sealed record Float(int Size) : Scalar
    {
        internal override int Width => Size;

        internal override string Notation => Size == 4 ? "float" : "double";

        internal override ValueForm Form => ValueForm.Real;

        internal override CaptureType InExpressions => this;

        /// <inheritdoc/>
        public override CaptureField Capture(Expr value, Expr? length = null) => new(value, new Storage.Scalar());

        internal override void Append(LineBuffer into, ulong bits, string? format)
        {
            if (Size == 4)
            {
                into.AppendNumber(BitConverter.UInt32BitsToSingle((uint)bits), format);
            }
            else
            {
                into.AppendNumber(BitConverter.UInt64BitsToDouble(bits), format);
            }
        }

        // JSON has no number for infinity, and none that is none.
        internal override void AppendJson(LineBuffer into, ulong bits)
        {
            if (IsFinite(bits))
            {
                Append(into, bits, null);
            }
            else
            {
                base.AppendJson(into, bits);
            }
        }

        internal override object ToObject(ulong bits)
        {
            if (!IsFinite(bits))
            {
                return base.ToObject(bits);
            }

            return Size == 4 ? (object)BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits);
        }

        private bool IsFinite(ulong bits) =>
            double.IsFinite(Size == 4 ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits));
    }
}
