using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Sites;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Words that functions are passed and that no prototype has: objects, and places for results.</summary>
public sealed class HiddenArgumentTests(MemberPrograms programs) : IClassFixture<MemberPrograms>
{
    private const int First = 0;
    private const int Second = 1;
    private const int Third = 2;

    [Theory]
    [InlineData("shop::Cart::count", Second)]
    [InlineData("shop::Cart::Cart(int)", Second)]
    [InlineData("shop::Cart::operator+", Second)]
    [InlineData("shop::Cart::operator()", Second)]
    [InlineData("shop::Cart::operator new", First)]
    [InlineData("_ZZ4mainENKUliE_clEi", Second)]
    [InlineData("_ZZ4mainENUliE0_clEi", Second)]
    [InlineData("shop::inNamespace", First)]
    [InlineData("shop::(anonymous namespace)::unseen", First)]
    [InlineData("freely", First)]
    [InlineData("plainly", First)]
    public void What_the_name_says_for_certain_is_counted_in_without_a_word(string symbol, int place)
    {
        var resolution = Of(symbol, ObjectArgument.Unspecified);

        Assert.Equal(place, PlaceOf(resolution));
        Assert.Empty(resolution.Problems);
    }

    [Theory]
    [InlineData("shop::Cart::add", "shop::Cart")]
    [InlineData("shop::Money::rounded", "shop::Money")]
    [InlineData("shop::Shape::draw", "shop::Shape")]
    [InlineData("shop::Stack<int>::push", "shop::Stack<int>")]
    [InlineData("_ZZ4mainEN5Local6memberEi", "Local")]
    public void A_member_of_a_class_is_read_after_its_object_and_a_warning_has_the_other_reading(string symbol, string shown)
    {
        var resolution = Of(symbol, ObjectArgument.Unspecified);

        Assert.Equal(Second, PlaceOf(resolution));
        var doubt = Assert.Single(resolution.Problems);
        Assert.Equal((SiteCodes.ObjectUncertain, false), (doubt.Code, doubt.Refused));
        Assert.EndsWith(
            $"'{shown}' is a class: the arguments are read after the address of its object, "
                + "and each is one place before that if the function is static",
            doubt.Message);
    }

    [Theory]
    [InlineData("Counter::bump")]
    [InlineData("tools::helper")]
    public void Where_nothing_tells_a_class_from_a_namespace_a_warning_has_both_readings(string symbol)
    {
        var resolution = Of(symbol, ObjectArgument.Unspecified);

        Assert.Equal(First, PlaceOf(resolution));
        var doubt = Assert.Single(resolution.Problems);
        Assert.Equal(SiteCodes.ObjectUncertain, doubt.Code);
        Assert.Contains("is a namespace or a class", doubt.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop::Cart::add", ObjectArgument.Hidden, Second)]
    [InlineData("shop::Cart::create", ObjectArgument.Absent, First)]
    [InlineData("Counter::bump", ObjectArgument.Hidden, Second)]
    [InlineData("tools::helper", ObjectArgument.Absent, First)]
    public void What_the_prototype_says_settles_what_the_name_leaves_open(string symbol, ObjectArgument declared, int place)
    {
        var resolution = Of(symbol, declared);

        Assert.Equal(place, PlaceOf(resolution));
        Assert.Empty(resolution.Problems);
    }

    [Theory]
    [InlineData("freely")]
    [InlineData("plainly")]
    [InlineData("shop::inNamespace")]
    public void A_prototype_of_a_member_for_a_function_that_is_none_is_told(string symbol)
    {
        var resolution = Of(symbol, ObjectArgument.Hidden);

        Assert.Equal(First, PlaceOf(resolution));
        Assert.Equal(SiteCodes.PrototypeContradicts, Assert.Single(resolution.Problems).Code);
    }

    [Theory]
    [InlineData("shop::text*", ResultPlace.Memory, "", Second)]
    [InlineData("shop::make", ResultPlace.OfClass, "Cart", Second)]
    [InlineData("shop::make", ResultPlace.OfClass, "shop::Cart", Second)]
    [InlineData("shop::make", ResultPlace.OfClass, "struct Cart", Second)]
    [InlineData("shop::inNamespace", ResultPlace.Registers, "", First)]
    public void The_place_for_a_result_comes_before_all_arguments(string symbol, ResultPlace result, string type, int place)
    {
        var resolution = Of(symbol, ObjectArgument.Unspecified, result, type);

        Assert.Equal(place, PlaceOf(resolution));
        Assert.Empty(resolution.Problems);
    }

    [Fact]
    public void A_member_that_returns_a_class_has_the_place_and_then_the_object()
    {
        var resolution = Of("shop::Cart::clone", ObjectArgument.Hidden, ResultPlace.OfClass, "Cart");

        Assert.Equal(Third, PlaceOf(resolution));
        Assert.Empty(resolution.Problems);
    }

    [Theory]
    [InlineData("shop::price", "Money", Second, "each is one place before otherwise")]
    [InlineData("plainly", "struct point", First, "each is one place further otherwise")]
    public void A_class_of_which_nothing_is_known_is_a_warning_with_both_readings(string symbol, string type, int place, string other)
    {
        var resolution = Of(symbol, ObjectArgument.Unspecified, ResultPlace.OfClass, type);

        Assert.Equal(place, PlaceOf(resolution));
        var doubt = Assert.Single(resolution.Problems);
        Assert.Equal(SiteCodes.ResultUncertain, doubt.Code);
        Assert.EndsWith(other, doubt.Message);
    }

    [Fact]
    public void Doubts_of_many_functions_are_one_warning()
    {
        var doubt = Assert.Single(
            Of("shop::Cart::*e*", ObjectArgument.Unspecified).Problems,
            problem => problem.Code == SiteCodes.ObjectUncertain);

        Assert.EndsWith("; the same of 1 more", doubt.Message);
    }

    [Fact]
    public void Without_names_the_prototype_is_all_there_is()
    {
        var address = AddressOf(programs.Members, "_ZNK4shop4Cart5countEi");
        using var image = Open(programs.Stripped);
        var form = new CallForm([1], ObjectArgument.Hidden, ResultPlace.Registers) { Scope = "shop::Cart" };
        SiteResolution Read(CallForm read) =>
            SiteResolver.Resolve(
                image, "/srv/shop/test", Address(address), new SiteRequest { Arguments = [new AskedArgument("arg1", 0)], Form = read });

        Assert.Equal(Second, PlaceOf(Read(form)));
        Assert.Equal(SiteCodes.ObjectUncertain, Assert.Single(Read(form with { Object = ObjectArgument.Unspecified }).Problems).Code);
    }

    [Theory]
    [InlineData(0, new[] { 1, 1, 2, 1 }, new int[0])]
    [InlineData(1, new[] { 1, 1 }, new[] { 1, 2 })]
    [InlineData(0, new[] { 1, 1, 1, 1, 1, 2, 1 }, new[] { 0, 1, 2, 3, 4, 6, 7, 5 })]
    [InlineData(1, new[] { 1, 1, 1, 1, 1, 1 }, new[] { 1, 2, 3, 4, 5, 6 })]
    public void A_value_of_two_words_is_in_registers_as_a_whole_or_not_at_all(int hidden, int[] words, int[] places) =>
        Assert.Equal(places, new CallForm([.. words], ObjectArgument.Absent, ResultPlace.Registers).Places(Architecture.X64, hidden));

    [Fact]
    public void Behind_what_arm64_puts_on_the_stack_no_register_is_used() =>
        Assert.Equal(
            [0, 1, 2, 3, 4, 5, 6, 8, 9, 10],
            new CallForm([1, 1, 1, 1, 1, 1, 1, 2, 1], ObjectArgument.Absent, ResultPlace.Registers).Places(Architecture.Arm64, 0));

    private static int PlaceOf(SiteResolution resolution)
    {
        var abi = Assert.IsType<CSiteAbi>(Assert.Single(resolution.Groups).Abi);
        return abi.Places is [var place] ? place : 0;
    }

    private SiteResolution Of(string symbol, ObjectArgument declared, ResultPlace result = ResultPlace.Registers, string type = "")
    {
        using var image = Open(programs.Members);
        var form = new CallForm([1], declared, result) { ResultClass = type };
        return SiteResolver.Resolve(image, "/srv/shop/test", Symbol(symbol), new SiteRequest
        {
            Arguments = [new AskedArgument("arg1", 0)],
            Form = form,
        });
    }
}

/// <summary>Compiles members.cpp.</summary>
public sealed class MemberPrograms : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("traceagent-members-").FullName;

    public MemberPrograms()
    {
        Run("g++", "-O1", "-fno-inline", "-fno-ipa-sra", "-fno-ipa-cp", "-o", Members, Source("members.cpp"));
        Run("strip", "-o", Stripped, Members);
    }

    public string Members => Path.Combine(_folder, "members");

    public string Stripped => Path.Combine(_folder, "stripped");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
