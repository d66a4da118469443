/* In odd rounds, longjmp leaves four calls of Nest that never return; in even rounds all return. */
#include <setjmp.h>
#include <stdio.h>

static jmp_buf out;

long Nest(long depth, long round);
static long (*volatile again)(long, long) = Nest;

__attribute__((noipa)) long Nest(long depth, long round)
{
    if (depth > 0)
        return again(depth - 1, round) + 1;
    if (round % 2)
        longjmp(out, 1);
    return round * 10;
}

int main(void)
{
    long sum = 0;

    for (volatile long round = 1; round <= 50; round++)
        if (setjmp(out) == 0)
            sum += Nest(3, round);
    printf("%ld\n", sum);
    return 0;
}
