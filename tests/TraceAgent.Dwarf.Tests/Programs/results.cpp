// Results in registers of both kinds and in memory. Functions have names that nm shows.
#include <utility>

struct Small { short a; int b; };
struct Pair { int a; long b; };
struct Mixed { double rate; long count; };
struct Swapped { long count; float rate; };
struct Real { double x, y; };
struct Large { long values[3]; };
struct Bits { unsigned a : 3; unsigned long b : 40; };
struct Empty {};
struct Derived : Pair { char c; };
struct __attribute__((packed)) Packed { char a; long b; };
struct Cleaned { int id; ~Cleaned(); };
struct Copied { int id; Copied(int); Copied(const Copied &); };
struct Made { int id; explicit Made(int); Made(const Made &) = default; ~Made() = default; };
struct Virtual { virtual int f(); };
struct Holder { Cleaned cleaned; };
union Either { long number; double real; };

#define FUNCTION extern "C" __attribute__((noinline))

Cleaned::~Cleaned() { id = 0; }
Copied::Copied(int n) : id(n) {}
Copied::Copied(const Copied &other) : id(other.id) {}
Made::Made(int n) : id(n) {}
int Virtual::f() { return 1; }

FUNCTION int number(int n) { return n; }
FUNCTION double real(int n) { return n; }
FUNCTION long double longest(int n) { return n; }
FUNCTION const int &reference(const int &n) { return n; }
FUNCTION void nothing(int) {}
FUNCTION Small small(int n) { return {1, n}; }
FUNCTION Pair pair(int n) { return {1, n}; }
FUNCTION Mixed mixed(int n) { return {1, n}; }
FUNCTION Swapped swapped(int n) { return {1, static_cast<float>(n)}; }
FUNCTION Real reals(int n) { return {1, static_cast<double>(n)}; }
FUNCTION Large large(int n) { return {{1, 2, n}}; }
FUNCTION Bits bits(unsigned n) { return {n, n}; }
FUNCTION Derived derived(int n)
{
    Derived result;
    result.a = n;
    result.b = 2;
    result.c = 'c';
    return result;
}

FUNCTION Packed packed(int n) { return {'a', n}; }
FUNCTION Cleaned cleaned(int n) { return {n}; }
FUNCTION Copied copied(int n) { return Copied(n); }
FUNCTION Made made(int n) { return Made(n); }
FUNCTION Virtual dynamic() { return {}; }
FUNCTION Holder holder(int n) { return {{n}}; }
FUNCTION Either either(int n) { return {n}; }
FUNCTION std::pair<int, long> standard(int n) { return {n, n}; }

int main(int argc, char **)
{
    auto sum = number(argc) + real(argc) + longest(argc) + reference(argc) + small(argc).b + pair(argc).a + mixed(argc).rate;
    nothing(argc);
    sum += swapped(argc).rate + reals(argc).x + large(argc).values[1] + bits(argc).b + derived(argc).c + packed(argc).b;
    sum += cleaned(argc).id + copied(argc).id + made(argc).id + dynamic().f() + holder(argc).cleaned.id + either(argc).number;
    return static_cast<int>(sum + standard(argc).second);
}
