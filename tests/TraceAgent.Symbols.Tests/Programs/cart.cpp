#include <string>
#include <cstdio>

namespace shop {
struct Money {
    long cents;
    Money operator+(Money other) const { return {cents + other.cents}; }
};

class Cart {
public:
    explicit Cart(int size) : items(size) {}
    ~Cart() { std::puts("gone"); }
    int add(int item) { return items += item; }
    int add(int item, const char *name) { return items += item + (name ? 1 : 0); }
    int add(const std::string &name) { return items += (int)name.size(); }
    int count() const { return items; }

private:
    int items;
};

template <typename T> T larger(T a, T b) { return a < b ? b : a; }

namespace {
int hidden(int x) { return x * 3; }
}

int sum(int x) { return hidden(x) + 1; }
}

extern "C" int plain(int x) { return x + 2; }

int main(int argc, char **argv)
{
    shop::Cart cart(argc);
    cart.add(1);
    cart.add(2, argv[0]);
    cart.add(std::string(argv[0]));
    shop::Money money = shop::Money{1} + shop::Money{2};
    return (int)(shop::larger(cart.count(), 3) + shop::larger(1.5, 2.5) + shop::sum(argc) + plain(argc) + money.cents) & 1;
}
