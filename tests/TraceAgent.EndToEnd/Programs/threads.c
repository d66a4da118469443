/* threads CALLS: eight threads make CALLS calls each at the same time. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 8

static long calls;

__attribute__((noipa)) long Mix(long thread, long number)
{
    return thread * 1000000 + number * 7;
}

static void *run(void *argument)
{
    long thread = (long)argument, sum = 0;
    for (long number = 0; number < calls; number++)
        sum += Mix(thread, number);
    return (void *)sum;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    long sum = 0;

    calls = argc > 1 ? atol(argv[1]) : 1;
    for (long thread = 0; thread < THREADS; thread++)
        pthread_create(&threads[thread], NULL, run, (void *)thread);
    for (int thread = 0; thread < THREADS; thread++) {
        void *part;
        pthread_join(threads[thread], &part);
        sum += (long)part;
    }
    printf("%ld\n", sum);
    return 0;
}
