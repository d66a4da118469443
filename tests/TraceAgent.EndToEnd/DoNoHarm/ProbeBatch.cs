namespace TraceAgent.EndToEnd.DoNoHarm;

/// <summary>Rules on random places.</summary>
internal sealed record ProbeBatch(IReadOnlyList<string> Rules)
{
    /// <summary>Of four places, two are starts of functions with returns, one without, and one is any byte of a function.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="files">The functions of each; all files have the same chance, however small.</param>
    /// <param name="count">Rules to make.</param>
    /// <param name="isUnsafe">The rules say <c>unsafe: true</c>, and none follows returns: for Go.</param>
    public static ProbeBatch Random(
        Random random, IReadOnlyList<(string Binary, IReadOnlyList<(ulong Address, ulong Size)> Functions)> files, int count, bool isUnsafe)
    {
        var rules = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var (binary, functions) = files[random.Next(files.Count)];
            var (address, size) = functions[random.Next(functions.Count)];
            var kind = random.Next(4);
            address += kind == 3 ? (ulong)random.NextInt64((long)size) : 0;
            rules.Add(
                $"  - {{name: p{i}, binary: {binary}, offset: 0x{address:x}, on: {(kind < 2 && !isUnsafe ? "call" : "entry")}, " +
                $"{(isUnsafe ? "unsafe: true, " : "")}limit: 5/s, args: [a: string, b: \"bytes(16)\", c: int]}}\n");
        }

        return new ProbeBatch(rules);
    }

    public IEnumerable<ProbeBatch> Halves() =>
        [new ProbeBatch([.. Rules.Take(Rules.Count / 2)]), new ProbeBatch([.. Rules.Skip(Rules.Count / 2)])];
}
