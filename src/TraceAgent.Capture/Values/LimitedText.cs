namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>A text at an address, of which as many units are kept as a rule says in brackets: <c>string(64)</c>.</summary>
    public abstract record LimitedText : Characters
    {
        /// <summary>The number of units that are kept when a rule does not say.</summary>
        public const int DefaultMax = 128;

        private protected LimitedText()
        {
        }

        /// <summary>The maximum number of units that a rule may ask for.</summary>
        internal virtual int Limit => Bytes.Limit;

        /// <summary>The unit that is counted.</summary>
        internal virtual string Units => "bytes";

        /// <summary>The same type with another number of units that are kept.</summary>
        /// <param name="max">1 to <see cref="Limit"/>.</param>
        internal abstract LimitedText WithMax(int max);

        internal override bool IsText(ReadOnlySpan<byte> bytes) => true;
    }
}
