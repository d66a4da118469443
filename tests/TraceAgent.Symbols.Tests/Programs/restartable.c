/*
 * Counters that each belong to a processor, counted up in restartable sequences (rseq(2), as glibc 2.35 and later register it).
 * Prints how many updates went missing. DESCRIPTORS names the section of the descriptors; without it they are made on the stack.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern const ptrdiff_t __rseq_offset;
extern const unsigned __rseq_size;

#define TEXT(name) TEXT_OF(name)
#define TEXT_OF(name) #name
#ifndef SIGNATURE
#define SIGNATURE 0x53053053
#endif
#define CPUS 256
#define ABORT \
    ".pushsection .text.aborts, \"ax\"\n" \
    "    .byte 0x0f, 0xb9, 0x3d\n    .long " TEXT(SIGNATURE) "\n" \
    "4:  jmp %l[again]\n" \
    ".popsection\n"
#define SEQUENCE \
    "1:  cmpl %k[cpu], %%fs:4(%[area])\n" \
    "    jnz 4f\n" \
    "    movq (%[counter]), %%rcx\n" \
    "    addq $1, %%rcx\n" \
    "    movq %%rcx, (%[counter])\n" \
    "2:\n"

static struct { long count; char pad[56]; } counters[CPUS];
static long rounds;

__attribute__((noinline)) void CountUp(ptrdiff_t area)
{
    unsigned cpu;
    long *counter;
again:
    cpu = *(volatile unsigned *)((char *)__builtin_thread_pointer() + area);
    counter = &counters[cpu % CPUS].count;
#ifdef DESCRIPTORS
    __asm__ goto(
        ".pushsection " TEXT(DESCRIPTORS) ", \"aw\"\n"
        "    .balign 32\n"
        "3:  .long 0, 0\n    .quad 1f, 2f - 1f, 4f\n"
        ".popsection\n"
        "    leaq 3b(%%rip), %%rax\n"
        "    movq %%rax, %%fs:8(%[area])\n"
        SEQUENCE ABORT
        :: [area] "r"(area), [cpu] "r"(cpu), [counter] "r"(counter)
        : "rax", "rcx", "memory", "cc" : again);
#else
    unsigned long descriptor[4] __attribute__((aligned(32)));
    descriptor[0] = 0;
    __asm__ goto(
        "    leaq 1f(%%rip), %%rax\n    movq %%rax, 8(%[descriptor])\n"
        "    movq $(2f - 1f), 16(%[descriptor])\n"
        "    leaq 4f(%%rip), %%rax\n    movq %%rax, 24(%[descriptor])\n"
        "    movq %[descriptor], %%fs:8(%[area])\n"
        SEQUENCE ABORT
        :: [area] "r"(area), [cpu] "r"(cpu), [counter] "r"(counter), [descriptor] "r"(descriptor)
        : "rax", "rcx", "memory", "cc" : again);
    *(volatile unsigned long *)((char *)__builtin_thread_pointer() + area + 8) = 0;
#endif
}

__attribute__((noinline)) long Elsewhere(long n)
{
    __asm__ volatile("" : "+r"(n));
    return n + 1;
}

#ifdef RETURNS_WITHIN
__attribute__((naked)) void Returns(void)
{
    __asm__(
        ".pushsection __rseq_cs, \"aw\"\n"
        "    .balign 32\n"
        "    .long 0, 0\n    .quad 5f, 6f - 5f, 7f\n"
        ".popsection\n"
        "    push %rbx\n    pop %rbx\n    nop\n"
        "5:  nop\n    ret\n"
        "6:  ud2\n"
        "    .byte 0x0f, 0xb9, 0x3d\n    .long 0x53053053\n"
        "7:  ret\n");
}
#endif

static void *Work(void *unused)
{
    for (long i = 0; i < rounds; i++)
    {
        CountUp(__rseq_offset);
    }

    return unused;
}

int main(int argc, char **argv)
{
    if (__rseq_size == 0)
    {
        puts("unregistered");
        return 3;
    }

    rounds = argc > 1 ? atol(argv[1]) : 1000;
    sleep(argc > 2 ? atoi(argv[2]) : 0);
    pthread_t threads[6];
    for (int i = 0; i < 6; i++)
    {
        pthread_create(&threads[i], NULL, Work, NULL);
    }

    long sum = 0;
    for (int i = 0; i < 6; i++)
    {
        pthread_join(threads[i], NULL);
    }

    for (int i = 0; i < CPUS; i++)
    {
        sum += counters[i].count;
    }

    printf("missing %ld\n", 6 * rounds - sum + Elsewhere(0) - 1);
    return 0;
}
