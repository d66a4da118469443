/* Loads the library that it is given, and calls its Tick with each number that it reads; answers the result. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    long (*tick)(long) = library ? (long (*)(long))dlsym(library, "Tick") : NULL;
    char line[64];

    if (!tick) {
        fprintf(stderr, "no Tick: %s\n", dlerror());
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        printf("%ld\n", tick(atol(line)));
        fflush(stdout);
    }
    return 0;
}
