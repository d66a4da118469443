/* Each line of input makes a call of Wait, which answers "waiting" and returns on the next line. */
#include <stdio.h>

static char line[64];

__attribute__((noipa)) long Wait(long number)
{
    puts("waiting");
    fflush(stdout);
    return fgets(line, sizeof line, stdin) ? number * 10 : -1;
}

int main(void)
{
    setvbuf(stdin, NULL, _IONBF, 0);
    for (long number = 1; fgets(line, sizeof line, stdin); number++) {
        printf("%ld\n", Wait(number));
        fflush(stdout);
    }
    return 0;
}
