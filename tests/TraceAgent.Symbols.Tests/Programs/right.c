#include <stdlib.h>

__attribute__((noinline)) static int twin(void)
{
    __asm__ volatile("");
    return 2;
}

int right_price(void)
{
    return twin() + 2;
}

__attribute__((cold, noinline)) void rare(int count)
{
    __asm__ volatile("" : : "r"(count));
}

/* gcc moves the unlikely half to split.cold. */
__attribute__((noinline, optimize("O2", "reorder-blocks-and-partition"))) int split(int count)
{
    int values[20];
    for (int i = 0; i < 20; i++)
    {
        values[i] = i * count;
        __asm__ volatile("" : : "m"(values));
    }

    if (count > 1000)
    {
        rare(count);
        rare(values[3]);
        abort();
    }

    return values[count % 20];
}
