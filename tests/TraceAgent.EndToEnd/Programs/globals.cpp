// Variables of namespaces and classes. Prints, for each call, the line that a rule should log.
#include <cstdio>

namespace shop {

int count = 5;

namespace inner {

long count = 50;

}

namespace {

int hidden = 7;

}

class Cart {
public:
    static int count;
    static inline int most = 9;
};

int Cart::count = 500;

}

int count = 1;

__attribute__((noinline)) void work(int n)
{
    std::printf("{\"rule\":\"work\",\"args\":{\"n\":%d,\"shop_count\":%d,\"inner_count\":%ld,\"Cart_count\":%d,\"most\":%d,"
                "\"hidden\":%d,\"twice\":%d}}\n",
        n, shop::count, shop::inner::count, shop::Cart::count, shop::Cart::most, shop::hidden, shop::count * 2);
    std::fflush(stdout);
    shop::count += n;
    shop::inner::count -= n;
    shop::Cart::count++;
    shop::Cart::most += count;
    shop::hidden *= 2;
}

int main()
{
    for (int i = 0; i < 20; i++)
    {
        work(i);
    }
}
