/* Prints the parameters of each call of work, which only the registers on its entry have where the marked line runs. Each way of input
 * makes calls in another way; "hold" and "go" leave a call running in between. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __clang__
#define AS_WRITTEN __attribute__((noinline))
#else
#define AS_WRITTEN __attribute__((noipa))
#endif

enum way { PLAIN, NESTED, JUMP, HOLD, FORK };

static char line[64];
static jmp_buf out;

AS_WRITTEN void sink(long sum)
{
    __asm__ volatile("" : : "r"(sum) : "memory");
}

AS_WRITTEN void step(enum way way, long number, const char *name, long sum);

AS_WRITTEN void work(long number, enum way way, const char *name, long mask, int level)
{
    step(way, number, name, mask + level);
    sink(0); /* here */
}

static void call(long number, enum way way)
{
    static const char *names[] = {"alice", "bob", "carol"};
    const char *name = names[number % 3];
    long mask = ~number << 20;
    int level = (int)(number % 100) - 50;
    printf("{\"number\":%ld,\"name\":\"%s\",\"mask\":%ld,\"level\":%d}\n", number, name, mask, level);
    fflush(stdout);
    work(number, way, name, mask, level);
}

/* What a call does before its line is reached: calls at other depths of the stack, at the same one, and none. */
AS_WRITTEN void step(enum way way, long number, const char *name, long sum)
{
    char room[256];
    memset(room, (int)number, sizeof room);
    sink((long)room + sum + name[0]);
    if (way == NESTED && number % 8)
        call(number - 1, NESTED);
    else if (way == JUMP && number % 3 == 1)
        longjmp(out, 1);
    else if (way == HOLD) {
        puts("held");
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin))
            exit(1);
    } else if (way == FORK && fork() != 0)
        wait(NULL);
}

static void *calls_of_thread(void *first)
{
    for (long i = 0; i < 100; i++)
        call((long)first + i, PLAIN);
    return NULL;
}

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)number;
    call(90000 + signals++, PLAIN);
}

int main(void)
{
    while (fgets(line, sizeof line, stdin)) {
        if (!strcmp(line, "plain\n"))
            for (long i = 0; i < 50; i++)
                call(i, PLAIN);
        else if (!strcmp(line, "nested\n"))
            call(1007, NESTED);
        else if (!strcmp(line, "jumps\n"))
            for (volatile long i = 2000; i < 2050; i++) {
                if (!setjmp(out))
                    call(i, JUMP);
            }
        else if (!strcmp(line, "threads\n")) {
            pthread_t threads[4];
            for (long i = 0; i < 4; i++)
                pthread_create(&threads[i], NULL, calls_of_thread, (void *)(10000 * (i + 1)));
            for (int i = 0; i < 4; i++)
                pthread_join(threads[i], NULL);
        } else if (!strcmp(line, "signals\n")) {
            signal(SIGUSR1, on_signal);
            for (long i = 3000; i < 3050; i++) {
                call(i, PLAIN);
                raise(SIGUSR1);
            }
        } else if (!strcmp(line, "hold\n"))
            call(5000, HOLD);
        else if (!strcmp(line, "fork\n")) {
            long self = getpid();
            call(6000, FORK);
            if (getpid() != self)
                _exit(0);
        }
        puts("done");
        fflush(stdout);
    }
    return 0;
}
