/* What compare.sh traces.
   greet TEXT: Greet(TEXT, 2). literal: Greet of a literal on a page that nobody has touched. slow: Greet that takes 3 ms.
   count N PER_MS: Count(1) to Count(N), PER_MS of them a millisecond; 0 as fast as possible. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLED __attribute__((noipa))
#define PAGE 4096

static const struct {
    char before[32 * PAGE];
    char text[32];
    char after[32 * PAGE];
} desert __attribute__((aligned(PAGE))) = {.before = "x", .text = "an oasis"};

static int wait_us;

CALLED int Greet(const char *name, int times)
{
    if (wait_us)
        usleep(wait_us);
    return times + (name == NULL);
}

CALLED long Count(long number)
{
    return number * VERSION;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "greet") == 0 && argc > 2)
        return Greet(argv[2], 2) != 2;
    if (strcmp(what, "literal") == 0)
        return Greet(desert.text, 2) != 2;
    if (strcmp(what, "slow") == 0) {
        wait_us = 3000;
        return Greet("slow", 2) != 2;
    }
    if (strcmp(what, "count") == 0 && argc > 3) {
        long sum = 0, number = atol(argv[2]), per_ms = atol(argv[3]);

        for (long i = 1; i <= number; i++) {
            sum += Count(i);
            if (per_ms && i % per_ms == 0)
                usleep(1000);
        }
        printf("%ld\n", sum);
        return 0;
    }
    return 2;
}
