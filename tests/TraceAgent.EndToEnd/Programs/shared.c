/* Others call Shared all the time; Rare leaves to it by a jump, once in a while. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile long sink;

__attribute__((noipa)) long Shared(long n) { sink = n; return n + 1; }
__attribute__((noipa)) long Rare(long n) { return Shared(n * 2); }

int main(int argc, char **argv)
{
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
    long n = 0;
    while (time(NULL) < end) {
        for (int i = 0; i < 1000; i++)
            Shared(n++);
        Rare(n);
    }
    return 0;
}
