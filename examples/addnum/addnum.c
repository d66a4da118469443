/* Adds numbers in a function that a rule can watch: addnum [COUNT] [DELAY_MS] */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* noinline: an inlined function has no address of its own to trace. */
__attribute__((noinline)) int AddNum(int a, int b)
{
    return a + b;
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1;
    int delay_ms = argc > 2 ? atoi(argv[2]) : 0;

    for (int i = 0; i < count; i++) {
        printf("%d\n", AddNum(3 + i, 2));
        fflush(stdout);
        usleep(delay_ms * 1000);
    }
    return 0;
}
