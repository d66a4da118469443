using TraceAgent.Shared.Tests;

namespace TraceAgent.Symbols.Tests;

/// <summary>Compiles the programs of Programs/ once for all tests.</summary>
public sealed class CompiledPrograms : CompiledFolder
{
    public CompiledPrograms()
    {
        string[] shop = ["-O1", "-g", "-o", Shop, Source("shop.c"), Source("left.c"), Source("right.c")];
        Run("gcc", ["-fcf-protection=none", .. shop]);
        shop[3] = ShopWithCet;
        Run("gcc", ["-fcf-protection=full", .. shop]);
        Run("strip", ["-o", ShopStripped, Shop]);
        Run("gcc", ["-nostdlib", "-static", "-Wl,--build-id=none", "-o", Traps, Source("traps.s")]);
        Run("gcc", ["-nostdlib", "-static", "-Wl,--build-id=none", "-o", Usdt, Source("usdt.s")]);
        Run("gcc", ["-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,--eh-frame-hdr", "-o", Frames, Source("frames.s")]);
        Run("strip", ["-o", TrapsStripped, Traps]);
        Run("gcc", ["-nostdlib", "-static", "-o", Go, Source("go.s")]);
        Run("g++", ["-O1", "-o", Thrower, Source("thrower.cpp")]);
        Run("g++", ["-O1", "-g", "-fno-inline", "-o", Cart, Source("cart.cpp")]);
        Run("g++", ["-O2", "-g", "-o", Names, Source("names.cpp")]);
        Run("gcc", ["-O1", "-Wl,-z,lazy", "-o", Coroutines, Source("coroutines.c")]);
        Run("gcc", ["-c", "-o", Object, Source("left.c")]);
    }

    public string Shop => At("shop");

    public string ShopWithCet => At("shop-cet");

    public string ShopStripped => At("shop-stripped");

    /// <summary>Static and small, with no unwind table.</summary>
    public string Traps => At("traps");

    public string TrapsStripped => At("traps-stripped");

    /// <summary>With notes of USDT probes, some of which lie.</summary>
    public string Usdt => At("usdt");

    /// <summary>With an unwind table.</summary>
    public string Frames => At("frames");

    public string Go => At("go");

    public string Thrower => At("thrower");

    /// <summary>C++ with overloads and templates.</summary>
    public string Cart => At("cart");

    /// <summary>C++ whose names have ABI tags, return types, lambdas and letters beyond ASCII, and copies of functions.</summary>
    public string Names => At("names");

    /// <summary>With a table of jumps to libc.</summary>
    public string Coroutines => At("coroutines");

    public string Object => At("left.o");

    /// <summary>The address that nm prints for a symbol.</summary>
    public static ulong AddressOf(string path, string symbol)
    {
        foreach (var line in Run("nm", path).Split('\n'))
        {
            var parts = line.Split(' ');
            if (parts.Length == 3 && parts[2] == symbol)
            {
                return Convert.ToUInt64(parts[0], 16);
            }
        }

        throw new InvalidOperationException($"nm does not know {symbol} in {path}");
    }

    public static string Source(string name) => In(Path.Combine("Programs", name));
}
