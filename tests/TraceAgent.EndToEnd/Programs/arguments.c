/* Twelve arguments: six in registers, six on the stack. */
#include <limits.h>
#include <stdio.h>

__attribute__((noipa)) long Sum12(long a, long b, long c, long d, long e, long f,
                                  long g, long h, long i, long j, long k, long l)
{
    return a + b + c + d + e + f + g + h + i + j + k + l;
}

int main(void)
{
    printf("%ld\n", Sum12(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    printf("%ld\n", Sum12(-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12));
    printf("%ld\n", Sum12(LONG_MAX, 0, 0, 0, 0, LONG_MIN, LONG_MAX, 0, 0, 0, 0, LONG_MIN));
    return 0;
}
