using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Symbols.Binaries;

/// <summary>Computes at a hit where an address of the file is in the process that was hit.</summary>
internal static class LinkedAddress
{
    /// <summary>
    /// The address in the process; null when it cannot be told from where the site is, as of a site beyond the first 4 GiB of the file.
    /// </summary>
    /// <param name="image">The open image.</param>
    /// <param name="site">The site, from whose place in the process the distance is known.</param>
    /// <param name="address">Virtual address in the file.</param>
    public static Expr? At(ElfImage image, UprobeSite site, ulong address)
    {
        if (image.HasFixedAddresses)
        {
            return new Expr.Constant((long)address);
        }

        // The mapping of one segment says where all of them are (System V ABI, Program Loading).
        foreach (var segment in image.CodeSegments)
        {
            if (segment.HoldsOffset(site.FileOffset))
            {
                return IsIn(site.FileOffset) && site.Exits.All(exit => IsIn(exit.Offset) && segment.HoldsOffset(exit.Offset))
                    ? new Expr.Binary(
                        BinaryOperator.Add, new Expr.Special(SpecialValue.LoadAddress),
                        new Expr.Constant((long)(address - (segment.Address - segment.Offset))))
                    : null;
            }
        }

        return null;

        // Half of a cookie has the offset.
        static bool IsIn(ulong offset) => offset <= uint.MaxValue;
    }
}
