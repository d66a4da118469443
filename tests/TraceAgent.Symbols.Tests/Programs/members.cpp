// Functions with and without an object, and with results in memory; compiled with -O1 -fno-inline.
#include <cstdio>
#include <string>

namespace shop {
static int hidden(int n) { volatile int k = n; return k; }
namespace { int unseen(int n) { volatile int k = n; return k; } }
int inNamespace(int n) { return hidden(n) + unseen(n); }
struct Money {
  int cents;
  int rounded(int n) { volatile int k = cents + n; return k; }
};
struct Cart {
  int base;
  explicit Cart(int n) : base(n) {}
  Cart(const Cart &other) : base(other.base + 1) {}
  ~Cart() { volatile int k = base; (void)k; }
  int count(int n) const { volatile int k = base + n; return k; }
  int add(int n) { base += n; return base; }
  static int create(int n) { volatile int k = n; return k; }
  int operator+(int n) { volatile int k = base + n; return k; }
  int operator()(int n) { volatile int k = base + n; return k; }
  static void *operator new(size_t size) { return ::operator new(size); }
  Cart clone(int n) { Cart copy(*this); copy.base += n; return copy; }
};
struct Shape { virtual int draw(int n); virtual ~Shape() {} };
int Shape::draw(int n) { volatile int k = n; return k; }
template <typename T> struct Stack { T items[4]; int used = 0; int push(T item) { items[used++ & 3] = item; return used; } };
Cart make(int n) { return Cart(n); }
std::string text(int n) { return std::string(n, 'z'); }
Money price(int n) { volatile int k = n; return Money{k}; }
int byReference(const Money &money) { volatile int k = money.cents; return k; }
}
struct Counter { int n; int bump(int by) { n += by; return n; } };
namespace tools { int helper(int n) { volatile int k = n; return k; } }
int freely(int n) { volatile int k = n; return k; }
extern "C" int plainly(int n) { volatile int k = n; return k; }

int main(int argc, char **) {
  struct Local { int own; int member(int n) { volatile int k = own + n; return k; } };
  shop::Cart cart(argc);
  Local local{argc};
  shop::Money money{argc};
  shop::Shape shape;
  shop::Stack<int> stack;
  Counter counter{argc};
  auto lambda = [&](int n) { volatile int k = n + argc; return k; };
  auto mutating = [argc](int n) mutable { volatile int k = argc += n; return k; };
  auto *heap = new shop::Cart(3);
  volatile int sum = shop::inNamespace(1) + money.rounded(1) + cart.count(1) + cart.add(1) + shop::Cart::create(1) + (cart + 1) + cart(1)
      + cart.clone(1).base + shape.draw(1) + stack.push(1) + shop::make(1).base + (int)shop::text(5).size() + shop::price(1).cents
      + shop::byReference(money) + counter.bump(1) + tools::helper(1) + freely(1) + plainly(1) + local.member(1) + lambda(1) + mutating(1) + heap->base;
  delete heap;
  return sum == 0;
}
