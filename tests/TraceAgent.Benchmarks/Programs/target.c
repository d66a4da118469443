// What is traced. Its functions are written in assembler so that their first instructions are known: they decide what a hit costs.
//   target run FUNCTION CALLS CPU     waits until FUNCTION is probed, then calls it; prints ns per call
//   target free FUNCTION CALLS CPU    calls it at once (nothing is attached)
//   target pace FUNCTION CALLS RATE CPU WAIT   RATE calls a second, as many at the beginning of each millisecond as that makes; prints
//                                              thread CPU ns per call, sleeping included; WAIT is 1 to begin when FUNCTION is probed
//   target watch PREFIX COUNT         prints CLOCK_MONOTONIC ns when COUNT functions are probed, then when none is
//   target tick FUNCTION CALLS US     one call each US microseconds with CLOCK_REALTIME ns as its first argument
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef long work(long, long);
typedef long work6(long, long, long, long, long, long);

#define FUNCTION(name, body)                                                              \
    __asm__(".text\n.globl " name "\n.type " name ",@function\n.p2align 6\n" name ":\n"   \
            ".cfi_startproc\n" body "\n.cfi_endproc\n.size " name ",.-" name "\n")

FUNCTION("work_push", "push %rbp\nlea (%rdi,%rsi),%rax\npop %rbp\nret");
FUNCTION("work_step", "mov %rdi,%rax\nadd %rsi,%rax\nret");
FUNCTION("work_cet", "endbr64\npush %rbp\nlea (%rdi,%rsi),%rax\npop %rbp\nret");
#ifdef MANY
// f10000 and up: as many as MANY says.
__asm__(".text\n.altmacro\n"
        ".macro one n\n.globl f\\n\n.type f\\n,@function\n.p2align 4\nf\\n:\npush %rbp\npop %rbp\nret\n.size f\\n,.-f\\n\n.endm\n"
        ".set i,10000\n.rept " MANY "\none %i\n.set i,i+1\n.endr\n");
#endif

static uint64_t now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static unsigned char *find(const char *name)
{
    unsigned char *at = dlsym(RTLD_DEFAULT, name);
    if (!at) {
        fprintf(stderr, "target: no function %s\n", name);
        exit(2);
    }
    return at;
}

// A probe may sit a few bytes into the function.
static int probed(const volatile unsigned char *code)
{
    return code[0] == 0xcc || code[0] == 0xe8 || (code[0] == 0xf3 && code[4] == 0xcc);
}

static void pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static void run(const char *name, long calls, int cpu, int wait)
{
    static const char text[] = "a string of thirty-two characters";
    unsigned char *code = find(name);
    int six = getenv("SIX") != 0, string = getenv("TEXT") != 0;
    long sum = 0;
    pin(cpu);
    if (wait) {
        while (!probed(code))
            usleep(1000);
        usleep(300000);
    }
    uint64_t start = now(CLOCK_MONOTONIC);
    for (long i = 0; i < calls; i++)
        sum += string ? ((work *)code)((long)text, i) : six ? ((work6 *)code)(i, 2, 3, 4, 5, 6) : ((work *)code)(i, 7);
    uint64_t end = now(CLOCK_MONOTONIC);
    printf("%.2f %ld\n", (double)(end - start) / calls, sum);
}

static void pace(const char *name, long calls, long rate, int cpu, int wait)
{
    unsigned char *code = find(name);
    long sum = 0;
    pin(cpu);
    if (wait) {
        while (!probed(code))
            usleep(1000);
        usleep(300000);
    }
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    uint64_t start = now(CLOCK_THREAD_CPUTIME_ID);
    for (long i = 0; i < calls;) {
        for (long end = i + rate / 1000; i < end; i++)
            sum += ((work *)code)(i, 7);
        next.tv_nsec += 1000000;
        if (next.tv_nsec >= 1000000000) {
            next.tv_nsec -= 1000000000;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, 0);
    }
    uint64_t end = now(CLOCK_THREAD_CPUTIME_ID);
    printf("%.2f %ld\n", (double)(end - start) / calls, sum);
}

static void watch(const char *prefix, int count)
{
    unsigned char **code = malloc(count * sizeof *code);
    for (int i = 0; i < count; i++) {
        char name[64];
        if (count == 1)
            snprintf(name, sizeof name, "%s", prefix);
        else
            snprintf(name, sizeof name, "%s%d", prefix, 10000 + i);
        code[i] = find(name);
    }
    setvbuf(stdout, 0, _IOLBF, 0);
    alarm(120);
    puts("watching");
    for (int i = 0; i < count;)
        if (probed(code[i]))
            i++;
        else
            usleep(100);
    printf("%llu\n", (unsigned long long)now(CLOCK_MONOTONIC));
    for (int i = 0; i < count;)
        if (!probed(code[i]))
            i++;
        else
            usleep(2000);
    printf("%llu\n", (unsigned long long)now(CLOCK_MONOTONIC));
}

int main(int argc, char **argv)
{
    if (argc == 5 && !strcmp(argv[1], "run"))
        run(argv[2], atol(argv[3]), atoi(argv[4]), 1);
    else if (argc == 5 && !strcmp(argv[1], "free"))
        run(argv[2], atol(argv[3]), atoi(argv[4]), 0);
    else if (argc == 7 && !strcmp(argv[1], "pace"))
        pace(argv[2], atol(argv[3]), atol(argv[4]), atoi(argv[5]), atoi(argv[6]));
    else if (argc == 4 && !strcmp(argv[1], "watch"))
        watch(argv[2], atoi(argv[3]));
    else if (argc == 5 && !strcmp(argv[1], "tick")) {
        work *code = (work *)find(argv[2]);
        while (!probed((unsigned char *)code))
            usleep(1000);
        usleep(300000);
        long us = atol(argv[4]);
        uint64_t next = now(CLOCK_MONOTONIC);
        for (long i = 0, calls = atol(argv[3]); i < calls; i++) {
            code((long)now(CLOCK_REALTIME), i);
            next += us * 1000;
            while (now(CLOCK_MONOTONIC) < next)
                if (us >= 200)
                    usleep(us / 4);
        }
    } else {
        fprintf(stderr, "target: see the first lines of target.c\n");
        return 2;
    }
    return 0;
}
