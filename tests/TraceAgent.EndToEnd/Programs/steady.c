/* Calls Steady for as long as its input is open, one half of the time: after each thousand calls it rests as long as they
   took. Whatever a hit costs, that is half of what saturates the rule. At the end it prints "CALLS SUM". */
#include <poll.h>
#include <stdio.h>
#include <time.h>

__attribute__((noipa)) long Steady(long number, long twice)
{
    return twice - number;
}

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    long calls = 0, sum = 0;

    do {
        long start = now();
        struct timespec rest = {0};

        for (int i = 0; i < 1000; i++) {
            calls++;
            sum += Steady(calls, 2 * calls);
        }
        rest.tv_nsec = now() - start;
        nanosleep(&rest, NULL);
    } while (poll(&input, 1, 0) == 0);
    printf("%ld %ld\n", calls, sum);
    return 0;
}
