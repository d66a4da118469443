/* Each line of input: "leave N" makes N calls of Work, each at another depth of the stack and none of which returns, and answers
   "left"; "stay N" makes N that return, and answers the sum of their results. */
#include <alloca.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf out;

__attribute__((noipa)) long Work(long number, int leaves)
{
    if (leaves)
        longjmp(out, 1);
    return number * 2;
}

__attribute__((noipa)) static void deep(long depth)
{
    volatile char *room = alloca(16 * depth + 16);
    room[0] = 1;
    Work(depth, 1);
    room[0] = 2;
}

int main(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        int leaves = strncmp(line, "leave ", 6) == 0;
        long count = atol(strchr(line, ' '));
        volatile long sum = 0;
        for (volatile long i = 0; i < count; i++) {
            if (!leaves)
                sum += Work(i, 0);
            else if (setjmp(out) == 0)
                deep(i * 7919 % count);
        }
        if (leaves)
            puts("left");
        else
            printf("%ld\n", sum);
        fflush(stdout);
    }
    return 0;
}
