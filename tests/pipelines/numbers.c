/* Calls take() with the numbers 1 to argv[1], as fast as argv[2] calls a millisecond, and 64-bit values, quotes and a NUL. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) uint64_t take(uint64_t number, uint64_t high, int64_t low, const char *text, const char *bytes, size_t count)
{
    asm volatile("" ::: "memory");
    return number + high + (uint64_t)low + (text != NULL) + (bytes != NULL) + count;
}

int main(int argc, char **argv)
{
    static const char text[] = "a \"b\" \\ {c} \t\xc3\xa9\xe2\x82\xac \xf0\x9f\x98\x80 \xff.";
    static const char bytes[] = "nul\0inside";
    const uint64_t calls = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000, rate = argc > 2 ? strtoull(argv[2], NULL, 10) : 10;
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= calls; i++) {
        sum += take(i, UINT64_MAX - i, INT64_MIN + (int64_t)i, text, bytes, sizeof bytes - 1);
        if (i % rate == 0) usleep(1000);
    }
    printf("%llu\n", (unsigned long long)sum);
    return 0;
}
