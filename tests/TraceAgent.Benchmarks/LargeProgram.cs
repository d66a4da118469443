namespace TraceAgent.Benchmarks;

/// <summary>A program with more than 500 MB of code and debug information, and one small unit that is asked about.</summary>
internal static class LargeProgram
{
    /// <summary>The line that is asked about: of <c>priced</c>, with three variables.</summary>
    public const string Place = "cart.c:6";

    private const int Kinds = 24;
    private const int Units = 120;

    /// <summary>Makes it, which takes a minute.</summary>
    public static string Make(WorkFolder folder)
    {
        var (whole, unit) = (folder.File("large"), folder.File("unit.o"));
        var source = Path.Combine(AppContext.BaseDirectory, "Programs", "large.cpp");
        Machine.Output("g++", "-std=c++17", "-O2", "-g", $"-DKINDS={Kinds}", "-c", "-o", unit, source);
        var names = Enumerable.Range(0, Units).Select(i => $"unit_{i}").ToList();
        foreach (var name in names)
        {
            Machine.Output("objcopy", "--redefine-sym", $"unit={name}", unit, folder.File($"{name}.o"));
        }

        var cart = folder.Write("cart.c", $$"""
            {{string.Concat(names.Select(name => $"double {name}(int);"))}}
            __attribute__((noinline)) double priced(int count, const char *name)
            {
                double price = 0;
                for (int i = 0; i < count; i++)
                    price += i * name[0];
                return price;
            }
            int main(int argc, char **argv)
            {
                return priced(argc, argv[0]) + {{string.Join(" + ", names.Select(name => $"{name}(argc)"))}} > 0;
            }
            """);
        Machine.Output("gcc", "-O2", "-g", "-c", "-o", folder.File("cart.o"), cart);
        Machine.Output("g++", ["-o", whole, .. names.Select(name => folder.File($"{name}.o")), folder.File("cart.o")]);
        names.ForEach(name => System.IO.File.Delete(folder.File($"{name}.o")));
        return whole;
    }
}
