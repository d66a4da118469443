namespace TraceAgent.EndToEnd;

/// <summary>For every call, the values of a line are those that the program itself printed.</summary>
public sealed class ValueTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Values_of_every_type_are_those_that_the_program_printed(AttachMethod method) => AssertSame(
        method,
        "values",
        ("signed", "Signed", ["args: [a: int8, b: short, c: int32_t, d: int64]", "on: call", "ret: int16"]),
        ("unsigned", "Unsigned", ["args: [a: uint8, b: unsigned short, c: uint32, d: size_t]", "on: call", "ret: unsigned long"]),
        ("truth", "Truth", ["args: [truth: bool, letter: char]", "on: call", "ret: bool"]),
        ("place", "Place", ["args: [pointer: ptr, hex: hex]", "on: call", "ret: void *"]),
        ("fail", "Fail", ["on: return", "ret: errno"]),
        ("raise", "Raise", ["args: [signal: signal]"]),
        ("method-text", "Method", ["args: [method: \"enum {0: GET, 1: POST, 3: it's, -1: none}\"]"]),
        ("method", "Method", ["args: [method: {enum: {0: GET, 1: POST, 3: \"it's\", -1: none}}]"]),
        ("address", "Address", ["args: [v4: ipv4, v6: ipv6]"]),
        ("connect", "Connect", ["args: [address: sockaddr]"]),
        ("sum", "Sum", ["args: [_, _, _, _, _, f, g: int8, h: uint16, i: string, j: char, k: bool, l: int]", "on: call"]),
        ("handle", "Handle", [
            "args: [request: ptr, index: long]",
            "on: call",
            "capture:",
            "  status: '*(int32*)(request + 12)'",
            "  part: ((int16*)request)[index]",
            "  small: '*(uint8*)(request + 8)'",
            "  user: '*(char**)(request + 16)'",
            "  size: '*(uint64*)(request + 32)'",
            "  flag: '**(bool**)(request + 40)'",
            "  letter: (*(char**)(request + 16))[index]",
            "  halved: '*(int32*)(request + 12) / 7'",
            "  rest: '*(int32*)(request + 12) % 7'",
            "  mixed: (((int16*)request)[index] * 3 - index) << 2 ^ 0x55",
            "  failed: '*(int32*)(request + 12) < 0 || (index > 1 && !(index == 2))'",
            "  whole: ret * 2",
            "  next: '*(int32*)(*(ptr*)(request + 24) + 12)'"]),
        ("prototype", "Prototype", [
            "signature: 'ssize_t Prototype(int file, const char *restrict buffer, size_t count, unsigned char flags, void " +
                "(*done)(int), ...);'",
            "on: call"]));

    [Theory, BothWays]
    public void Texts_and_bytes_are_told_truly_wherever_they_lie(AttachMethod method) => AssertSame(
        method,
        "texts",
        ("text", "Text", ["args: [text: string(16)]", "on: call", "ret: string(16)"]),
        ("give", "Give", ["on: return", "ret: string"]),
        ("long", "Long", ["args: [text: string(4096)]"]),
        ("chain", "Chain", [
            "args: [chain: ptr]",
            "capture: {text: '((char**)((ptr*)chain)[1])[2]', letter: '((char**)((ptr*)chain)[1])[2][7]'}"]),
        ("send", "Send", [
            "args: [buffer: bytes(4), count: long]",
            "on: call",
            "capture: {all: {value: buffer, type: 'bytes(count, 8)'}}"]),
        ("pass", "Pass", ["args: [buffer: 'bytes(size, 4)', size: size_t]"]),
        ("receive", "Receive", ["args: [buffer: 'bytes(ret, 4)']", "on: call"]));

    [Theory, BothWays]
    public void Texts_with_a_length_lists_and_numbers_in_memory_are_what_the_program_printed(AttachMethod method) => AssertSame(
        method,
        "layouts",
        ("pairs", "Pairs", ["args: [a: long, s: go.string, b: int, t: rust.str, c: int64]", "on: call", "capture: {twice: arg3 * 2}"]),
        ("only", "Only", ["args: [s: go.string(11)]"]),
        ("equal", "Equal", ["signature: 'long Equal(&str s)'", "when: s == 'hello'"]),
        ("empty", "Empty", ["args: [s: go.string]", "when: \"s == ''\""]),
        ("pattern", "Pattern", ["args: [s: rust.str(11)]", "when: \"'' != s && s ~ 'he*lo'\""]),
        ("within", "Within", ["args: [s: go.string(11)]", "on: call", "ret: void", "when: s ~* 'HE*l*O'"]),
        ("pair", "GivePair", ["on: return", "ret: rust.str(11)"]),
        ("make", "Make", ["signature: 'std::string Make(int number, const std::string &from)'", "on: call"]),
        ("objects", "Objects", ["args: [one: std::string, number: int, two: 'std::string(10) *']", "on: call"]),
        ("greeting", "Greeting", [
            "args: [one: 'const std::string&', two: ptr]", "capture: {same: '*(std::string(20)*)arg2'}", "when: one == 'hello'"]),
        ("record", "Record", [
            "args: [record: ptr]",
            "capture:",
            "  number: '*(double*)record'",
            "  small: ((float*)(record + 8))[0]",
            "  smalls: {value: record + 8, type: 'float[2]'}",
            "  name: '*(go.string*)(record + 16)'",
            "  values: {value: record + 32, type: 'int32[4]'}",
            "  third: ((int*)(record + 32))[2]",
            "  count: '*(uint16*)(record + 48)'",
            "  few: {value: record + 50, type: 'uint16[count, 2]'}",
            "  object: '**(std::string**)(record + 56)'",
            "  second: ((rust.str*)(record + 64))[1]",
            "  flags: {value: record + 96, type: 'bool[4]'}",
            "  places: {value: record + 104, type: 'void *[2]'}"]),
        ("lists", "Lists", ["args: [fixed: 'int32[3]', counted: 'unsigned short[count, 5]', count: long, reals: 'double[2]']"]),
        ("wide", "Wide", ["args: [text: utf16(8)]"]),
        ("begins", "Begins", ["args: [text: utf16]", "when: text[0] == 'a'"]),
        ("wider", "Wider", ["args: [text: utf32(8)]"]),
        ("quoted", "Quoted", ["args: [text: QString]"]),
        ("sent", "Sent", [
            "args: [buffer: string(count), count: long, units: 'utf16(count)', characters: 'utf32(count, 2)']",
            "capture: {same: buffer, whole: {value: buffer, type: 'string(count, 10)'}}"]),
        ("filled", "Filled", ["args: [buffer: 'string(ret, 8)']", "on: call"]),
        ("gets", "Filled", ["args: [buffer: 'string(ret)']", "on: call", "when: buffer ~ 'GET*'"]));

    [Theory, BothWays]
    public void Values_of_Cpp_are_what_the_program_printed(AttachMethod method) => AssertSame(
        method,
        "strings.cpp",
        ("reference", "Reference", ["args: [number: int, text: 'std::string(24)', after: long]"]),
        ("value", "Value", ["args: [text: 'std::string(24)', number: int]"]),
        ("compared", "Compared", ["args: [text: 'const std::string(24) &']", "when: text ~ '/api/*'"]),
        ("view", "View", ["args: [text: 'const std::string_view(24) &', number: int]", "when: text ~ '*o*'"]),
        ("wide", "Wide", [
            "args: [text: 'const std::wstring &', plain: 'const wchar_t *']",
            "capture: {again: '*(std::wstring*)text', first: 'plain[0]'}"]),
        ("wideviews", "WideViews", ["args: [number: int, text: std::wstring_view, other: std::u16string_view, last: long]"]),
        ("pointer", "Pointer", ["signature: 'long Pointer(const std::string *text, std::string &&moved)'"]),
        ("numbers", "Numbers", ["signature: 'std::int16_t Numbers(std::uint8_t small, std::size_t large, std::byte byte, const " +
            "std::int32_t *list)'", "on: call", "return_at: ret"]),
        ("joined", "Joined", ["signature: 'std::string Joined(const std::string &left, int times, std::string right)'"]),
        ("ship", "Ship", [
            "args: [order: ptr]",
            "capture:",
            "  number: '*(long*)order'",
            "  customer: '*(std::string*)(order + 8)'",
            "  second: ((std::string*)(order + 40))[1]",
            "  price: '*(double*)(order + 136)'"]));

    [Theory, BothWays]
    public void Arguments_of_Cpp_are_counted_after_objects_and_places_for_results(AttachMethod method) => AssertSame(
        method,
        "members.cpp",
        ("count", "shop::Cart::count", ["signature: int shop::Cart::count(int n) const"]),
        ("add", "shop::Cart::add", ["signature: 'int shop::Cart::add(std::string_view what, int n)'"]),
        ("create", "shop::Cart::create", ["signature: static int shop::Cart::create(int n)"]),
        ("clone", "shop::Cart::clone", ["signature: 'Cart shop::Cart::clone(int n, const char *why) const'"]),
        ("name", "'shop::Cart::name*'", ["signature: 'std::string shop::Cart::name(int n) const'"]),
        ("invoke", "'shop::Cart::operator()'", ["signature: int invoke(int n)"]),
        ("locate", "shop::locate", ["signature: long locate(int n)"]),
        ("list", "shop::list", ["signature: 'static std::vector<int> shop::list(int n, long after)'"]),
        ("views", "shop::views", ["signature: 'static int shop::views(int a, int b, int c, int d, int e, std::string_view f, int g)'"]),
        ("larger", "shop::larger", ["signature: 'static const shop::Cart &shop::larger(const Cart &one, const Cart &other, int n)'"]),
        ("lambda", "_ZZ4mainENKUliE_clEi", ["signature: int lambda(int n)"]));

    [Theory, BothWays]
    public void Strings_of_Rust_are_what_the_program_printed(AttachMethod method) => AssertSame(
        method,
        "slices.rs",
        ("greet", "greet", ["args: [number: i32, name: rust.str(20), loud: bool, other: '&str']"]),
        ("compared", "compared", ["args: [name: rust.str(20)]", "when: name != 'nobody'"]),
        ("ship", "ship", [
            "args: [order: ptr]",
            "capture:",
            "  number: '*(u64*)order'",
            "  customer: '*(rust.str*)(order + 8)'",
            "  price: '*(f64*)(order + 24)'",
            "  second: ((rust.str*)(order + 32))[1]",
            "  counts: {value: order + 64, type: 'u32[3]'}"]),
        ("numbers", "numbers", ["args: [values: 'i16[length]', length: usize, count: u8]"]));

    private void AssertSame(AttachMethod method, string source, params (string Name, string Symbol, string[] Lines)[] rules)
    {
        var program = TracedProgram.Compile(source);
        var text = RuleText.File([.. rules.Select(rule => RuleText.Rule(rule.Name, program, rule.Symbol, rule.Lines))]);
        PrintedLines.AssertLogged(method, _workspace, program, text, rules.Select(rule => rule.Name));
    }
}
