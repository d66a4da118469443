using System.Text;
using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;

namespace TraceAgent.Fuzz.Targets;

/// <summary>Types and C prototypes.</summary>
internal sealed class Types : FuzzTarget
{
    private static readonly string[] Seeds =
    [
        "ssize_t write(int fd, const char *restrict buf, size_t count, void (*f)(int), struct x *y[3], ...);",
        "int main(void)", "unsigned long long int **f(char, enum e, bool)",
        "extern int open(const char *path, int flags, mode_t);", "enum {0: GET, 1: POST, -0x80000000: odd}", "bytes(count, 256)",
        "string(4096)", "const volatile uint8_t *const *", "std::string f(const std::string(9) &, go.string, &str, rust.str *)",
        "unsigned short[count, 5]", "void *[2]", "enum {0: a}[3]", "utf16(2047)", "utf32(1023)", "string(n)", "utf16(n, 2048)", "wchar_t *",
    ];

    private static readonly string[] Words =
    [
        "int", "unsigned", "signed", "long", "short", "char",
        "void", "const", "volatile", "restrict", "struct", "union", "enum", "float", "double", "_Bool", "uint32_t", "size_t", "string",
        "bytes", "ptr", "sockaddr", "errno", "std::string", "i32", "&str", "utf16", "utf32", "std::wstring", "std::string_view", "QString",
        "wchar_t", "go.string", "rust.str",
        "go", ".", "::", "(", ")", "[", "]", "{", "}", "*", "&", ",", ";", "...", ":", "=", "<", ">", "0", "1", "4096", "4097", "-1", "0x",
        "99999999999999999999", " ", "  ", "\n", "\t", "name", "_", "__attribute__((x))", "'", "\"", "é", "\0",
    ];

    public override byte[] Make(Random random) => random.Next(3) == 0
        ? Encoding.UTF8.GetBytes(Mutation.Words(random, Words, 16))
        : Mutation.Of(random, Encoding.UTF8.GetBytes(random.Pick(Seeds)), Words);

    public override void Check(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var problems = 0;
        void InText(TextProblem problem)
        {
            problems++;
            Assert.InRange(problem.Start, 0, text.Length);
        }

        Assert.Equal(PrototypeReader.Read(text, InText) is null, problems > 0);
        problems = 0;
        Assert.Equal(TypeText.Read(text, InText) is null, problems > 0);
    }
}
