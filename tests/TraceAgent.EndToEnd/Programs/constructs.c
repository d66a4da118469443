/* Calls what it is told: "args a b c d e", "text N", "sum", each answered by a line. The first line is the address of its block. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static union {
    void *self;
    unsigned char bytes[64];
} block;

__attribute__((noipa)) long Six(long a, long b, long c, long d, long e, const void *f)
{
    return a ^ b ^ c ^ d ^ e ^ (long)f;
}

__attribute__((noipa)) const char *Text(const char *text, long number)
{
    (void)number;
    return text;
}

__attribute__((noipa)) long Twelve(long a, long b, long c, long d, long e, long f,
                                   long g, long h, long i, long j, long k, long l)
{
    return a + b + c + d + e + f + g + h + i + j + k + l;
}

/* A copy of this executable that has not been touched yet. */
static const char *Untouched(const char *path)
{
    int file = open(path, O_RDONLY);

    return (const char *)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0) + 1;
}

int main(int count, char **arguments)
{
    static const char *texts[] = {"", "short", "exactly 16 bytes", "seventeen bytes !", NULL, (const char *)0x10};
    char line[256];

    (void)count;
    for (int i = 8; i < 64; i++)
        block.bytes[i] = i % 16 == 15 ? 0 : (unsigned char)((i * 37) ^ 0x80);
    block.self = &block;
    printf("%lu\n", (unsigned long)&block);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        long a, b, c, d, e;

        if (sscanf(line, "args %ld %ld %ld %ld %ld", &a, &b, &c, &d, &e) == 5)
            printf("%ld\n", Six(a, b, c, d, e, &block));
        else if (sscanf(line, "text %ld", &a) == 1)
            printf("%p\n", (const void *)Text(texts[a], a));
        else if (strncmp(line, "untouched", 9) == 0)
            printf("%p\n", (const void *)Text(Untouched(arguments[0]), -1));
        else
            printf("%ld\n", Twelve(1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12));
        fflush(stdout);
    }
    return 0;
}
