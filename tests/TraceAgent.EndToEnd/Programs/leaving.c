/* Each line of input makes a call of Visit from the same place: of "leave" longjmp makes one that never returns. */
#include <setjmp.h>
#include <stdio.h>

static char line[64];
static jmp_buf out;

__attribute__((noipa)) long Visit(long number, const char *what)
{
    if (what[0] == 'l')
        longjmp(out, 1);
    return number * 10;
}

int main(void)
{
    setvbuf(stdin, NULL, _IONBF, 0);
    for (volatile long number = 1; fgets(line, sizeof line, stdin); number++) {
        if (setjmp(out) == 0)
            printf("%ld\n", Visit(number, line));
        else
            puts("left");
        fflush(stdout);
    }
    return 0;
}
