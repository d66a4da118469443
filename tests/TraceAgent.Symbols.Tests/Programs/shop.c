#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

int stock = 7;
extern int left_price(void);
extern int right_price(void);
int split(int count);

__attribute__((noinline)) int AddNum(int a, int b)
{
    return a + b + stock;
}

__attribute__((noinline)) int SubNum(int a, int b)
{
    char *text = malloc(a + b);
    int length = snprintf(text, a + b, "%d", a - b);
    free(text);
    return length;
}

/* A second name of one address. */
int PlusNum(int a, int b) __attribute__((alias("AddNum")));

int pricey(int a)
{
    return AddNum(a, 1);
}

/* What gcc calls the copies that it specialises. */
__attribute__((noinline)) int pricey_copy(int a) __asm__("pricey.constprop.0");
int pricey_copy(int a)
{
    return SubNum(a, 1);
}

static int plain(int a)
{
    return a;
}

static int (*choose(void))(int)
{
    return plain;
}

int picked(int a) __attribute__((ifunc("choose")));

static jmp_buf place;

int main(int argc, char **argv)
{
    (void)argv;
    if (setjmp(place) == 0)
    {
        puts("shop");
    }

    return AddNum(argc, 2) + PlusNum(1, 1) + pricey(argc) + pricey_copy(argc) + picked(argc) + left_price() + right_price() + split(argc);
}
