namespace TraceAgent.Symbols.Binaries;

/// <summary>
/// The pointers that the loader fills in by adding where the file lies (R_*_RELATIVE of DT_RELA): in the file, their place may hold
/// nothing. Packed ones (DT_RELR) hold their value there, so that nothing is to be read for them.
/// </summary>
internal sealed class RelativeRelocations
{
    private const uint TypeX64 = 8;
    private const uint TypeArm64 = 1027;

    private readonly Dictionary<ulong, ulong> _targets = [];

    private RelativeRelocations()
    {
    }

    /// <summary>The pointers to code, with their targets.</summary>
    public IEnumerable<KeyValuePair<ulong, ulong>> All => _targets;

    /// <summary>
    /// The value of the pointer at an address, less where the file lies; null when the loader does not fill it in, or not with an
    /// address of code.
    /// </summary>
    public ulong? Of(ulong place) => _targets.TryGetValue(place, out var target) ? target : null;

    /// <exception cref="IOException">The operating system could not read.</exception>
    public static RelativeRelocations Of(ElfImage image)
    {
        var relocations = new RelativeRelocations();
        foreach (var one in LoaderRelocation.Of(image))
        {
            if (one.Type is TypeX64 or TypeArm64 && one.Symbol == 0 && image.CodeSegmentAt((ulong)one.Addend) is not null)
            {
                relocations._targets[one.Place] = (ulong)one.Addend;
            }
        }

        return relocations;
    }
}
