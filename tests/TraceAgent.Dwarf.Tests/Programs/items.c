/* Inlined calls, blocks, a static, a constant, an array, a bit field and a function in another. */
#include <stdio.h>
#include <stdlib.h>

struct item {
    int price;
    unsigned kind : 3;
    const char *name;
};

static const int Rate = 7;
static __thread int depth;
int sold;

static inline int twice(int value)
{
    int doubled = value * 2;
    return doubled + 1;
}

__attribute__((noinline)) int total(const struct item *items, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        int price = twice(items[i].price) * Rate;
        if (price > 20) {
            int more = price - 20;
            sum += more;
        }
        sum += price;
    }
    depth++;
    sold += count;
    return sum;
}

int main(int argc, char **argv)
{
    struct item items[3] = { { argc, 1, argv[0] }, { 2, 2, "b" }, { atoi("3"), 3, "c" } };
    printf("%d\n", total(items, 3));
    return 0;
}
