// Calls functions with C++ strings in every way that they are passed. For each call it prints the values as a line about it
// should show them.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#define CALLED extern "C" __attribute__((noipa))

CALLED long Reference(int number, const std::string &text, long after) { return number + (long)text.size() + after; }
CALLED long Value(std::string text, int number) { return number + (long)text.size(); }
CALLED long Pointer(const std::string *text, std::string &&moved) { return text == &moved; }
CALLED long Compared(const std::string &text) { return (long)text.size(); }
CALLED std::int16_t Numbers(std::uint8_t small, std::size_t large, std::byte byte, const std::int32_t *)
{
    return static_cast<std::int16_t>(small + large + static_cast<unsigned char>(byte));
}

CALLED long View(const std::string_view &text, int number) { return (long)text.size() + number; }
CALLED long Wide(const std::wstring &text, const wchar_t *plain) { return (long)text.size() + plain[0]; }
CALLED long WideViews(int number, std::wstring_view text, std::u16string_view other, long last)
{
    return number + (long)(text.size() + other.size()) + last;
}

CALLED std::string Joined(const std::string &left, int times, std::string right)
{
    std::string joined = left;

    for (int i = 0; i < times; i++)
        joined += right;
    return joined;
}

namespace {
struct order {
    long number;
    std::string customer;
    std::string items[3];
    double price;
};

void call(const std::string &text, const char *shown, const char *rest)
{
    Reference(-4, text, 9);
    std::printf("{\"rule\":\"reference\",\"args\":{\"number\":-4,\"text\":\"%s\",\"after\":9}%s}\n", shown, rest);
    Value(text, 3);
    std::printf("{\"rule\":\"value\",\"args\":{\"text\":\"%s\",\"number\":3}%s}\n", shown, rest);
    Compared(text);
    if (text.compare(0, 5, "/api/") == 0)
        std::printf("{\"rule\":\"compared\",\"args\":{\"text\":\"%s\"}%s}\n", shown, rest);
    View(text, 4);
    if (text.find('o') != std::string::npos)
        std::printf("{\"rule\":\"view\",\"args\":{\"text\":\"%s\",\"number\":4}%s}\n", shown, rest);
}

void wide(const std::wstring &text, const std::u16string &other, const char *shown)
{
    Wide(text, text.c_str());
    std::printf("{\"rule\":\"wide\",\"args\":{\"text\":\"%s\",\"plain\":\"%s\",\"again\":\"%s\",\"first\":%d}}\n", shown, shown, shown, text[0]);
    WideViews(-2, text, other, 9);
    std::printf("{\"rule\":\"wideviews\",\"args\":{\"number\":-2,\"text\":\"%s\",\"other\":\"%s\",\"last\":9}}\n", shown, shown);
}
}

CALLED long Ship(const order *what) { return what->number; }

int main()
{
    std::string moved = "moved from a place on the heap", grown = "/api/";
    order first = {7, "a customer", {"screw", "a nut that is not short at all", ""}, 12.75};

    call("", "", "");
    call("short", "short", "");
    call("exactly15bytes!", "exactly15bytes!", "");
    call("sixteen bytes ok", "sixteen bytes ok", "");
    call("/api/", "/api/", "");
    call("/api/users/with/a/long/path", "/api/users/with/a/long/p", ",\"lengths\":{\"text\":27},\"problems\":{\"text\":\"truncated\"}");
    call(std::string("nul\0l", 5), "nul\\ufffdl", ",\"problems\":{\"text\":\"invalid_utf8\"}");
    call("gr\xc3\xbc\xc3\x9f", "gr\\u00fc\\u00df", "");
    wide(L"", u"", "");
    wide(L"short", u"short", "short");
    wide(L"gr\u00fc\u00df \U0001f41d", u"gr\u00fc\u00df \U0001f41d", "gr\\u00fc\\u00df \\ud83d\\udc1d");
    wide(L"a text on the heap", u"a text on the heap", "a text on the heap");
    Pointer(&moved, std::move(grown));
    std::printf("{\"rule\":\"pointer\",\"args\":{\"text\":\"moved from a place on the heap\",\"moved\":\"/api/\"}}\n");
    Pointer(nullptr, std::move(grown));
    std::printf("{\"rule\":\"pointer\",\"args\":{\"text\":null,\"moved\":\"/api/\"},\"problems\":{\"text\":\"null\"}}\n");
    Joined("ab", 2, "cd");
    std::printf("{\"rule\":\"joined\",\"args\":{\"left\":\"ab\",\"times\":2,\"right\":\"cd\"}}\n");
    for (int number : {0, 1, -1, 200, 70000}) {
        std::int16_t ret = Numbers(static_cast<std::uint8_t>(number), static_cast<std::uint32_t>(number), static_cast<std::byte>(number), nullptr);

        std::printf("{\"rule\":\"numbers\",\"args\":{\"small\":%d,\"large\":%u,", number & 255, static_cast<unsigned>(number));
        std::printf("\"byte\":%d,\"list\":\"0x0\"},\"ret\":%d}\n", number & 255, ret);
    }
    Ship(&first);
    std::printf("{\"rule\":\"ship\",\"args\":{\"order\":\"%p\",\"number\":7,\"customer\":\"a customer\",", static_cast<const void *>(&first));
    std::printf("\"second\":\"a nut that is not short at all\",\"price\":12.75}}\n");
    return 0;
}
