/* Makes numbered calls of Tick on demand.
   A line "N" makes N calls as fast as possible; "go N" makes N calls a millisecond until the next line comes.
   A number is answered with the number of calls so far. At the end of the input it prints "CALLS SUM", the sum being
   that of all results: tracing must not change it. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef FACTOR
#define FACTOR 3
#endif

#ifdef SHIFTED
/* Moves everything that follows by a few bytes, as a new version of a program does. */
__attribute__((noipa, used)) long Before(long value)
{
    return (value ^ (value >> 7)) * 31 + 5;
}
#endif

__attribute__((noipa)) long Tick(long number, long twice)
{
    return number * FACTOR + twice - 2 * number;
}

static long calls, sum;

static void tick(long times)
{
    for (long i = 0; i < times; i++) {
        calls++;
        sum += Tick(calls, 2 * calls);
    }
}

int main(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    char line[64];

    setvbuf(stdin, NULL, _IONBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        if (strncmp(line, "go ", 3) == 0) {
            while (poll(&input, 1, 1) == 0)
                tick(atol(line + 3));
            continue;
        }
        tick(atol(line));
        printf("%ld\n", calls);
        fflush(stdout);
    }
    printf("%ld %ld\n", calls, sum);
    return 0;
}
