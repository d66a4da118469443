/* Calls functions with texts that have a length, lists, floating point numbers in memory and UTF-16, laid out as C++, Go and
   Rust have them. For each call it prints the values as a line about it should show them. */
#define _GNU_SOURCE
#include <fnmatch.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <uchar.h>

#define CALLED __attribute__((noipa))
#define PAGE 4096

/* What Go and Rust pass in two registers. */
struct pair {
    const char *text;
    long length;
};

/* std::string of libstdc++. */
struct object {
    const char *text;
    size_t length;
    char local[16];
};

/* QString of Qt 6. */
struct qstring {
    void *allocated;
    const char16_t *text;
    long length;
};

struct record {
    double number;
    float small[2];
    struct pair name;
    int32_t values[4];
    uint16_t count;
    uint16_t few[3];
    const struct object *object;
    struct pair names[2];
    bool flags[4];
    void *places[2];
};

CALLED long Pairs(long a, struct pair s, int b, struct pair t, long c) { return a + s.length + b + t.length + c; }
CALLED long Only(struct pair s) { return s.length; }
CALLED long Equal(struct pair s) { return s.length; }
CALLED long Pattern(struct pair s) { return s.length; }
CALLED long Empty(struct pair s) { return s.length; }
CALLED long Within(struct pair s) { return s.length; }
CALLED long Greeting(const struct object *one, const struct object *two) { return one == two; }
CALLED struct pair GivePair(struct pair s) { return s; }
CALLED struct object Make(int number, const struct object *from) { return number < 0 ? (struct object){0} : *from; }
CALLED long Objects(const struct object *one, int number, const struct object *two) { return number + (one == two); }
CALLED long Record(const struct record *record) { return record != NULL; }
CALLED long Lists(const int32_t *fixed, const uint16_t *counted, long count, const double *reals) { return !fixed + !counted + count + !reals; }
CALLED long Wide(const char16_t *text) { return text != NULL; }
CALLED long Begins(const char16_t *text) { return text != NULL; }
CALLED long Wider(const char32_t *text) { return text != NULL; }
CALLED long Quoted(const struct qstring *text) { return text->length; }
CALLED long Sent(const char *buffer, long count, const char16_t *units, const char32_t *characters) { return buffer[0] + count + units[0] + characters[0]; }

CALLED long Filled(char *buffer, const char *from, long count)
{
    if (count > 0)
        memcpy(buffer, from, count);
    return count;
}

static const char *Problems(const char *name, const char *problem)
{
    static char text[100];

    snprintf(text, sizeof text, *problem ? ",\"problems\":{\"%s\":\"%s\"}" : "%.0s%.0s", name, problem);
    return text;
}

static struct pair of(const char *text) { return (struct pair){text, (long)strlen(text)}; }

static void only(struct pair s, const char *shown, const char *rest)
{
    Only(s);
    printf("{\"rule\":\"only\",\"args\":{\"s\":%s}%s}\n", shown, rest);
    Equal(s);
    if (strcmp(shown, "\"hello\"") == 0)
        printf("{\"rule\":\"equal\",\"args\":{\"s\":%s}%s}\n", shown, rest);
    Empty(s);
    if (s.length == 0)
        printf("{\"rule\":\"empty\",\"args\":{\"s\":%s}%s}\n", shown, rest);
    Pattern(s);
    if (strncmp(shown, "\"he", 3) == 0 && s.length >= 4 && strncmp(s.text + s.length - 2, "lo", 2) == 0)
        printf("{\"rule\":\"pattern\",\"args\":{\"s\":%s}%s}\n", shown, rest);
    Within(s);
    if (strncmp(shown, "\"he", 3) == 0) {
        char copy[100];

        snprintf(copy, sizeof copy, "%.*s", (int)s.length, s.text);
        if (fnmatch("HE*l*O", copy, FNM_CASEFOLD) == 0)
            printf("{\"rule\":\"within\",\"args\":{\"s\":%s}%s}\n", shown, rest);
    }
    GivePair(s);
    printf("{\"rule\":\"pair\",\"args\":{},\"ret\":%s", shown);
    for (const char *c = rest; *c; c++)
        if (strncmp(c, "\"s\"", 3) == 0) {
            printf("\"ret\"");
            c += 2;
        } else {
            putchar(*c);
        }
    printf("}\n");
}

static void pairs(void)
{
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long sum = Pairs(-1, of("first"), -7, of("second one"), 12345678901);

    printf("{\"rule\":\"pairs\",\"args\":{\"a\":-1,\"s\":\"first\",\"b\":-7,\"t\":\"second one\",\"c\":12345678901,\"twice\":-14},\"ret\":%ld}\n", sum);
    only(of("hello"), "\"hello\"", "");
    only((struct pair){"hello there", 5}, "\"hello\"", "");
    only((struct pair){"hello there", 4}, "\"hell\"", "");
    only(of("he says lo"), "\"he says lo\"", "");
    only(of("helo"), "\"helo\"", "");
    only(of("lo"), "\"lo\"", "");
    only(of(""), "\"\"", "");
    only((struct pair){NULL, 0}, "\"\"", "");
    only((struct pair){(const char *)1, 0}, "\"\"", "");
    only((struct pair){NULL, 5}, "null", ",\"problems\":{\"s\":\"fault\"}");
    only((struct pair){(const char *)1, 5}, "null", ",\"problems\":{\"s\":\"fault\"}");
    only((struct pair){"twenty characters in", 20}, "\"twenty char\"", ",\"lengths\":{\"s\":20},\"problems\":{\"s\":\"truncated\"}");
    only((struct pair){"helplessness, and hello", 23}, "\"helplessnes\"", ",\"lengths\":{\"s\":23},\"problems\":{\"s\":\"truncated\"}");
    only((struct pair){"a\0b", 3}, "\"a\\ufffdb\"", ",\"problems\":{\"s\":\"invalid_utf8\"}");
    only((struct pair){"\xff", 1}, "\"\\ufffd\"", ",\"problems\":{\"s\":\"invalid_utf8\"}");
    only((struct pair){"", -5}, "\"\"", "");
    only((struct pair){"a text is here", 0x500000000}, "\"a text is h\"", ",\"lengths\":{\"s\":2147483647},\"problems\":{\"s\":\"truncated\"}");
    memcpy(page + PAGE - 4, "edge", 4);
    munmap(page + PAGE, PAGE);
    only((struct pair){page + PAGE - 4, 4}, "\"edge\"", "");
    only((struct pair){page + PAGE - 4, 7}, "\"edge\"", ",\"lengths\":{\"s\":7},\"problems\":{\"s\":\"truncated,fault\"}");
}

static void objects(void)
{
    struct object one = {"hello", 5, ""}, two = {one.local, 3, "two"};
    long ret;

    for (int i = 0; i < 4; i++) {
        const struct object *a = i == 3 ? NULL : i == 2 ? (const struct object *)8 : &one, *b = i == 1 ? &one : &two;

        two.text = two.local;
        ret = Objects(a, i, b);
        printf("{\"rule\":\"objects\",\"args\":{\"one\":%s,\"number\":%d,\"two\":\"%s\"},\"ret\":%ld%s}\n", i < 2 ? "\"hello\"" : "null", i,
               b->text, ret, Problems("one", i == 3 ? "null" : i == 2 ? "fault" : ""));
        Greeting(a, b);
        if (i < 2)
            printf("{\"rule\":\"greeting\",\"args\":{\"one\":\"hello\",\"two\":\"%p\",\"same\":%s}}\n", (const void *)b, b == &one ? "\"hello\"" : "\"two\"");
        Make(i, &one);
        printf("{\"rule\":\"make\",\"args\":{\"number\":%d,\"from\":\"hello\"},\"ret\":\"hello\"}\n", i);
    }
}

static void records(void)
{
    struct object object = {"an object", 9, ""};
    struct record record = {
        .number = -1.5, .small = {0.1F, 1e20F}, .name = {"Gopher", 6}, .values = {1, -2, INT32_MAX, INT32_MIN}, .count = 2,
        .few = {7, 8, 65535}, .object = &object, .names = {{"zero", 4}, {"one", 3}}, .flags = {true, false, true, true},
        .places = {NULL, (void *)0xabc}};

    for (int i = 0; i < 5; i++) {
        static const double numbers[] = {-1.5, 0, 1e300, INFINITY, NAN};
        static const char *shown[] = {"-1.5", "0", "1E+300", "\"Infinity\"", "\"NaN\""};
        static const char *counted[] = {"[]", "[7]", "[7,8]", "[7,8]", "[7,8]"};

        record.number = numbers[i];
        record.count = (uint16_t)i;
        Record(&record);
        printf("{\"rule\":\"record\",\"args\":{\"record\":\"0x%lx\",\"number\":%s,\"small\":0.1,\"smalls\":[0.1,1E+20],", (unsigned long)&record,
               shown[i]);
        printf("\"name\":\"Gopher\",\"values\":[1,-2,2147483647,-2147483648],\"third\":2147483647,\"count\":%d,\"few\":%s,\"object\":\"an object\",", i,
               counted[i]);
        printf("\"second\":\"one\",\"flags\":[true,false,true,true],\"places\":[\"0x0\",\"0xabc\"]}%s}\n",
               i == 3 ? ",\"lengths\":{\"few\":3},\"problems\":{\"few\":\"truncated\"}"
               : i == 4 ? ",\"lengths\":{\"few\":4},\"problems\":{\"few\":\"truncated\"}" : "");
    }
}

static void lists(void)
{
    static const int32_t fixed[] = {-1, 0, 7};
    static const uint16_t counted[] = {1, 2, 3, 4, 65535, 6};
    static const double reals[] = {0.5, -0.25};
    static const struct { long count; const char *shown, *rest; } calls[] = {
        {0, "[]", ""}, {-3, "[]", ""}, {1, "[1]", ""}, {5, "[1,2,3,4,65535]", ""},
        {6, "[1,2,3,4,65535]", ",\"lengths\":{\"counted\":6},\"problems\":{\"counted\":\"truncated\"}"},
        {1L << 62, "[1,2,3,4,65535]", ",\"lengths\":{\"counted\":2147483647},\"problems\":{\"counted\":\"truncated\"}"}};
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (int i = 0; i < 6; i++) {
        Lists(fixed, counted, calls[i].count, reals);
        printf("{\"rule\":\"lists\",\"args\":{\"fixed\":[-1,0,7],\"counted\":%s,\"count\":%ld,\"reals\":[0.5,-0.25]}%s}\n", calls[i].shown,
               calls[i].count, calls[i].rest);
    }
    Lists(NULL, NULL, 0, NULL);
    printf("{\"rule\":\"lists\",\"args\":{\"fixed\":null,\"counted\":null,\"count\":0,\"reals\":null},"
           "\"problems\":{\"fixed\":\"null\",\"counted\":\"null\",\"reals\":\"null\"}}\n");
    memcpy(page + PAGE - 10, fixed, 10);
    munmap(page + PAGE, PAGE);
    Lists((int32_t *)(page + PAGE - 10), counted, 1, (double *)(page + PAGE));
    printf("{\"rule\":\"lists\",\"args\":{\"fixed\":[-1,0],\"counted\":[1],\"count\":1,\"reals\":null},\"lengths\":{\"fixed\":3},"
           "\"problems\":{\"fixed\":\"truncated,fault\",\"reals\":\"fault\"}}\n");
}

static void wide(const char16_t *text, const char *shown, const char *problem)
{
    Wide(text);
    printf("{\"rule\":\"wide\",\"args\":{\"text\":%s}%s}\n", shown, Problems("text", problem));
    Begins(text);
    if (text && (unsigned long)text % PAGE && text[0] == u'a')
        printf("{\"rule\":\"begins\",\"args\":{\"text\":%s}}\n", shown);
}

static void utf16(void)
{
    static const char16_t alone[] = {0xd83d, 'x', 0}, low[] = {0xdc1d, 0}, last[] = {'x', 0xd83d, 0};
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    wide(u"", "\"\"", "");
    wide(u"abc", "\"abc\"", "");
    wide(u"gr\u00fc\u00df \u20ac", "\"gr\\u00fc\\u00df \\u20ac\"", "");
    wide(u"\U0001f41d", "\"\\ud83d\\udc1d\"", "");
    wide(u"12345678", "\"12345678\"", "");
    wide(u"123456789", "\"12345678\"", "truncated");
    wide(u"1234567\U0001f41d", "\"1234567\"", "truncated");
    wide(alone, "\"\\ufffdx\"", "invalid_utf16");
    wide(low, "\"\\ufffd\"", "invalid_utf16");
    wide(last, "\"x\\ufffd\"", "invalid_utf16");
    wide(NULL, "null", "null");
    munmap(page + PAGE, PAGE);
    memcpy(page + PAGE - 6, u"ed", 6);
    wide((char16_t *)(page + PAGE - 6), "\"ed\"", "");
    memcpy(page + PAGE - 6, u"edg", 6);
    wide((char16_t *)(page + PAGE - 6), "\"edg\"", "truncated,fault");
    memcpy(page + PAGE - 5, u"ed", 5);
    wide((char16_t *)(page + PAGE - 5), "\"ed\"", "truncated,fault");
    wide((char16_t *)(page + PAGE), "null", "fault");
}

static void wider(const char32_t *text, const char *shown, const char *problem)
{
    Wider(text);
    printf("{\"rule\":\"wider\",\"args\":{\"text\":%s}%s}\n", shown, Problems("text", problem));
}

static void utf32(void)
{
    static const char32_t surrogate[] = {'x', 0xd83d, 0}, outside[] = {0x110000, 'y', 0};
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    wider(U"", "\"\"", "");
    wider(U"gr\u00fc\u00df \u20ac", "\"gr\\u00fc\\u00df \\u20ac\"", "");
    wider(U"\U0001f41d", "\"\\ud83d\\udc1d\"", "");
    wider(U"12345678", "\"12345678\"", "");
    wider(U"123456789", "\"12345678\"", "truncated");
    wider(U"1234567\U0001f41d", "\"1234567\\ud83d\\udc1d\"", "");
    wider(U"12345678\U0001f41d", "\"12345678\"", "truncated");
    wider(surrogate, "\"x\\ufffd\"", "invalid_utf32");
    wider(outside, "\"\\ufffdy\"", "invalid_utf32");
    wider(NULL, "null", "null");
    munmap(page + PAGE, PAGE);
    memcpy(page + PAGE - 12, U"ed", 12);
    wider((char32_t *)(page + PAGE - 12), "\"ed\"", "");
    memcpy(page + PAGE - 12, U"edg", 12);
    wider((char32_t *)(page + PAGE - 12), "\"edg\"", "truncated,fault");
    wider((char32_t *)(page + PAGE), "null", "fault");
}

static void counted(void)
{
    static const char *requests[] = {"GET /index", "POST /", "GET", "no"};
    static const char16_t units[] = u"\u00e9\0x";
    static const struct { long count; const char *shown, *whole, *units, *characters, *rest; } calls[] = {
        {0, "", "", "", "", ""}, {-1, "", "", "", "", ""}, {1, "G", "G", "\\u00e9", "\\ud83d\\udc1d", ""},
        {3, "GET", "GET", "\\u00e9\\ufffdx", "\\ud83d\\udc1d-",
         ",\"lengths\":{\"characters\":3},\"problems\":{\"units\":\"invalid_utf16\",\"characters\":\"truncated\"}"}};
    struct qstring text = {NULL, u"gr\u00fc\u00df", 4};
    char buffer[32];

    for (int i = 0; i < 4; i++) {
        Sent("GET /index", calls[i].count, units, U"\U0001f41d--");
        printf("{\"rule\":\"sent\",\"args\":{\"buffer\":\"%s\",\"count\":%ld,\"units\":\"%s\",\"characters\":\"%s\",\"same\":\"%s\",\"whole\":\"%s\"}%s}\n",
               calls[i].shown, calls[i].count, calls[i].units, calls[i].characters, calls[i].shown, calls[i].whole, calls[i].rest);
    }
    for (int i = 0; i < 4; i++) {
        long count = Filled(buffer, requests[i], (long)strlen(requests[i]));

        printf("{\"rule\":\"filled\",\"args\":{\"buffer\":\"%.8s\"},\"ret\":%ld%s}\n", requests[i], count,
               count > 8 ? ",\"lengths\":{\"buffer\":10},\"problems\":{\"buffer\":\"truncated\"}" : "");
        if (fnmatch("GET*", requests[i], 0) == 0)
            printf("{\"rule\":\"gets\",\"args\":{\"buffer\":\"%s\"},\"ret\":%ld}\n", requests[i], count);
    }
    Filled(buffer, "", -1);
    printf("{\"rule\":\"filled\",\"args\":{\"buffer\":\"\"},\"ret\":-1}\n");
    for (long length = 0; length <= 4; length++) {
        static const char *shown[] = {"", "g", "gr", "gr\\u00fc", "gr\\u00fc\\u00df"};

        text.length = length;
        Quoted(&text);
        printf("{\"rule\":\"quoted\",\"args\":{\"text\":\"%s\"}}\n", shown[length]);
    }
}

int main(void)
{
    pairs();
    objects();
    records();
    lists();
    utf16();
    utf32();
    counted();
    return 0;
}
