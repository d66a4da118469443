/* Values that optimized code keeps nowhere, and that are one of two others: which, a condition says. */
#include <stdio.h>

#ifdef __clang__
#define AS_WRITTEN __attribute__((noinline))
#else
#define AS_WRITTEN __attribute__((noipa))
#endif

AS_WRITTEN void sink(long value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

AS_WRITTEN long work(long a, long b)
{
    long least = a < b ? a : b;
    long most = a > 10 ? a : 10;
    (void)least, (void)most;
    sink(a);
    sink(b); /* here */
    return a * b;
}

int main(void)
{
    long sum = 0;
    for (long i = 0; i < 20; i++) {
        long j = 20 - i;
        printf("{\"least\":%ld,\"most\":%ld}\n", i < j ? i : j, i > 10 ? i : 10);
        sum += work(i, j);
    }
    return sum == 1;
}
