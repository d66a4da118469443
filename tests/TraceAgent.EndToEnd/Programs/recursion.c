/* Down(20, 1) calls itself to depth 0. The result differs at each depth. */
#include <stdio.h>

long Down(long depth, long tag);

/* A volatile pointer: the compiler must not turn the recursion into a loop. */
static long (*volatile again)(long, long) = Down;

__attribute__((noipa)) long Down(long depth, long tag)
{
    return depth == 0 ? tag : again(depth - 1, tag) + depth;
}

int main(void)
{
    printf("%ld\n", Down(20, 1));
    printf("%ld\n", Down(20, 1000));
    return 0;
}
