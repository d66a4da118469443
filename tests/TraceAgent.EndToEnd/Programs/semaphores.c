/* Passes USDT probes only while somebody probes them, as their semaphores tell.
   A line "N" makes N rounds and is answered with the probes that were passed so far; any other is answered with both semaphores. */
#define _SDT_HAS_SEMAPHORES 1
#include <stdio.h>
#include <stdlib.h>
#include <sys/sdt.h>

unsigned short shop_tick_semaphore __attribute__((section(".probes"), used));
unsigned short shop_idle_semaphore __attribute__((section(".probes"), used));

static long passed;

__attribute__((noipa)) static void Round(long number)
{
    if (*(volatile unsigned short *)&shop_tick_semaphore) {
        passed++;
        STAP_PROBE2(shop, tick, number, passed);
    }

    if (*(volatile unsigned short *)&shop_idle_semaphore) {
        STAP_PROBE1(shop, idle, number);
    }
}

int main(void)
{
    char line[64];

    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        long rounds = strtol(line, NULL, 10);

        if (rounds == 0) {
            printf("%d %d\n", *(volatile unsigned short *)&shop_tick_semaphore, *(volatile unsigned short *)&shop_idle_semaphore);
            continue;
        }

        for (long number = 1; number <= rounds; number++) {
            Round(number);
        }

        printf("%ld\n", passed);
    }

    return 0;
}
