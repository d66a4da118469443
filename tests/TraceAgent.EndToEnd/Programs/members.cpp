// Calls functions of C++ that are passed words which no prototype has: objects, and places for results. For each call it prints
// the values as a line about it should show them.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#define CALLED __attribute__((noipa))

namespace shop {
struct Cart {
    int base;
    explicit Cart(int n) : base(n) {}
    Cart(const Cart &other);
    ~Cart();
    CALLED int count(int n) const { return base + n; }
    CALLED int add(std::string_view what, int n) { return base += n + (int)what.size(); }
    CALLED static int create(int n) { return n + 1; }
    CALLED Cart clone(int n, const char *why) const;
    CALLED std::string name(int n) const { return std::string(n, 'n'); }
    CALLED int operator()(int n) { return base - n; }
};
CALLED Cart::Cart(const Cart &other) : base(other.base) {}
CALLED Cart::~Cart() { base = 0; }
CALLED Cart Cart::clone(int n, const char *why) const { Cart copy(*this); copy.base += n + (why != nullptr); return copy; }
struct Point { int x, y; };
CALLED Point locate(int n) { return {n, 2 * n}; }
CALLED std::vector<int> list(int n, long after) { return std::vector<int>(n, (int)after); }
CALLED int views(int a, int b, int c, int d, int e, std::string_view f, int g) { return a + b + c + d + e + g + (int)f.size(); }
CALLED const Cart &larger(const Cart &one, const Cart &other, int n) { return one.base + n > other.base ? one : other; }
}

int main()
{
    shop::Cart cart(100);
    auto lambda = [&](int n) __attribute__((noipa)) { return n + cart.base; };
    long sum = 0;

    for (int n = -3; n < 4; n++) {
        sum += cart.count(n);
        std::printf("{\"rule\":\"count\",\"args\":{\"n\":%d}}\n", n);
        sum += cart.add(std::string_view("pear and more", 4), n);
        std::printf("{\"rule\":\"add\",\"args\":{\"what\":\"pear\",\"n\":%d}}\n", n);
        sum += shop::Cart::create(n);
        std::printf("{\"rule\":\"create\",\"args\":{\"n\":%d}}\n", n);
        sum += cart.clone(n, "why not").base;
        std::printf("{\"rule\":\"clone\",\"args\":{\"n\":%d,\"why\":\"why not\"}}\n", n);
        sum += (long)cart.name(n + 3).size();
        std::printf("{\"rule\":\"name\",\"args\":{\"n\":%d}}\n", n + 3);
        sum += cart(n);
        std::printf("{\"rule\":\"invoke\",\"args\":{\"n\":%d}}\n", n);
        sum += shop::locate(n).y;
        std::printf("{\"rule\":\"locate\",\"args\":{\"n\":%d}}\n", n);
        sum += (long)shop::list(n + 3, -5).size();
        std::printf("{\"rule\":\"list\",\"args\":{\"n\":%d,\"after\":-5}}\n", n + 3);
        sum += shop::views(1, 2, 3, 4, 5, "six", n);
        std::printf("{\"rule\":\"views\",\"args\":{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":\"six\",\"g\":%d}}\n", n);
        sum += shop::larger(cart, cart, n).base;
        std::printf("{\"rule\":\"larger\",\"args\":{\"one\":\"0x%lx\",\"other\":\"0x%lx\",\"n\":%d}}\n", (unsigned long)&cart, (unsigned long)&cart, n);
        sum += lambda(n);
        std::printf("{\"rule\":\"lambda\",\"args\":{\"n\":%d}}\n", n);
    }

    return sum == 0;
}
