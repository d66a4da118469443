/* Lines that are asked for by their numbers: LinesTests knows them. */
#include <stdio.h>

static inline int doubled(const char *text)
{
    int sum = 0;
    while (*text)
        sum += 2 * *text++; /* 8 */
    return sum;
}

__attribute__((noinline)) int priced(int count, const char *name)
{
    int price = count + doubled(name); /* 14 */
    printf("%d %s\n", price, name);
    return price;
}

int main(int argc, char **argv)
{
    (void)argv;
    return priced(argc, "apple") == 0;
}
