// Names that tools print otherwise than people write them: ABI tags, return types, lambdas, letters beyond ASCII, copies.
#include <iostream>
#include <string>
#include <vector>

namespace shop {

struct Cart {
    std::string name;
    __attribute__((noinline)) std::string title() const { return name + "!"; }
    __attribute__((noinline)) virtual void print(std::ostream &out) const { out << name; }
    virtual ~Cart() = default;
};

__attribute__((noinline)) std::string make(int n) { return std::string(n, 'x'); }

template <typename T> __attribute__((noinline)) T larger(T a, T b) { return a < b ? b : a; }

template <typename T> __attribute__((noinline)) std::vector<T> *listed(T value) { return new std::vector<T>(1, value); }

__attribute__((noinline)) double größe(double länge) { return länge * 2; }

namespace {
__attribute__((noinline)) wchar_t hidden(wchar_t letter) { return letter + 1; }
}

template <typename F> __attribute__((noinline)) int apply(F f) { return f(20); }

} // namespace shop

extern "C" {
// The compiler knows the one argument, and keeps only a copy without it.
__attribute__((noinline)) static int deeper(int n, int step) {
    volatile int value = n;
    return value * step + value;
}
}

int main(int argc, char **) {
    shop::Cart cart;
    cart.name = shop::make(argc);
    cart.print(std::cout);
    std::cout << cart.title() << shop::larger(argc, 3) << shop::larger(1.5, argc * 1.0) << shop::größe(argc) << shop::hidden(L'a' + argc)
              << shop::listed(argc)->size() << shop::apply([argc](int n) { return n + argc; }) << deeper(argc, 7) << deeper(2, 7);
}
