using System.Text;
using TraceAgent.Symbols.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>Names of C++ and Rust functions as symbol tables have them.</summary>
internal sealed class MangledNames : FuzzTarget
{
    private static readonly byte[][] Seeds =
    [
        .. new[]
        {
            "_ZN4shop4Cart3addERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEi",
            "_ZNSt6vectorISt4pairIiSsESaIS1_EE17_M_realloc_insertIJRKS1_EEEvN9__gnu_cxx17__normal_iteratorIPS1_S3_EEDpOT_",
            "_ZZN1aIiE1bEvENKUlT_E_clIiEEDaS1_",
            "_ZNKSt8functionIFvPKcS1_EEclES1_S1_",
            "_ZN4core3fmt9Formatter3pad17h0123456789abcdefE",
            "_RNvMs0_NtCs1234_7mycrate3fooINtB4_3BarmE3baz",
            "_RINvNtC3std3mem4takeNtNtC5alloc6string6StringEC4main",
            "_RNvXs_NtNtC4core3fmt3numjNtB6_7Display3fmt",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    private static readonly string[] Words = ["_Z", "_R", "N", "E", "I", "S_",
        "S0_", "St", "Sa", "T_", "L_Z", "B0_", "K", "P", "R", "J", "DpT_", "cv", "17h0123456789abcdefE", "4shop", "999999999", "u3abc"];

    public override byte[] Make(Random random) =>
        random.Next(2) == 0 ? HostileNames.Changed(random.Pick(Seeds), random) : Mutation.Of(random, random.Pick(Seeds), Words);

    public override void Check(byte[] input) => HostileNames.Ask(input);
}
