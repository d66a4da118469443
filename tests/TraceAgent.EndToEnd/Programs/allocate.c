// Allocates 64 MiB for each line of its input. All memory must be present at once, which takes milliseconds.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(void)
{
    char line[64];
    if (mlockall(MCL_FUTURE) != 0) {
        perror("mlockall");
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        void *memory = malloc(64 << 20);
        printf("%d\n", memory != NULL);
        fflush(stdout);
        free(memory);
    }
    return 0;
}
