/* inflight SLOWNESS: eight threads are in short calls of Doze all the time, so many times as long as the shortest, until the
   input ends; then "CALLS SUM" is printed, the sum being that of all results. A line is answered with "running". */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long calls, sum;
static atomic_int stop;
static int slowness;

__attribute__((noipa)) long Doze(long number)
{
    usleep((50 + number % 7 * 30) * slowness);
    return number * 2;
}

static void *loop(void *unused)
{
    (void)unused;
    while (!stop) {
        long number = ++calls;
        sum += Doze(number) - number;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 1;
    slowness = atoi(argv[1]);
    pthread_t threads[8];
    char line[64];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, loop, NULL);
    while (fgets(line, sizeof line, stdin)) {
        puts("running");
        fflush(stdout);
    }
    stop = 1;
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    printf("%ld %ld\n", calls, sum);
    return 0;
}
