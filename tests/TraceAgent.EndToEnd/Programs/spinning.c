/* Arguments are pairs of numbers: so many calls of Spin, each of which keeps the processor for so many nanoseconds. Prints a
   line for each call: its number, and how long it took by its own clock, from its first to its last instruction but a few. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

__attribute__((noipa)) long Spin(long number, long least)
{
    long start = now(), taken;

    (void)number;
    do
        taken = now() - start;
    while (taken < least);
    return taken;
}

int main(int count, char **arguments)
{
    long number = 0;

    for (int i = 1; i + 1 < count; i += 2)
        for (long calls = atol(arguments[i]); calls > 0; calls--) {
            number++;
            printf("%ld %ld\n", number, Spin(number, atol(arguments[i + 1])));
        }
    return 0;
}
