/* For each line of five numbers and 256 bytes in hexadecimal: calls Take with the numbers and the address of the bytes. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noipa)) long Take(long a, long b, long c, long d, long e, const void *block)
{
    return a ^ b ^ c ^ d ^ e ^ (long)block;
}

int main(void)
{
    static _Alignas(8) unsigned char block[256];
    long n[5];

    while (scanf("%ld %ld %ld %ld %ld ", n, n + 1, n + 2, n + 3, n + 4) == 5) {
        for (int i = 0; i < 256; i++) {
            unsigned value;

            if (scanf("%2x", &value) != 1)
                abort();
            block[i] = (unsigned char)value;
        }
        Take(n[0], n[1], n[2], n[3], n[4], block);
        printf("%p\n", (void *)block);
        fflush(stdout);
    }
    return 0;
}
