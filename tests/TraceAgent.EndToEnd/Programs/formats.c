/* Calls Show with numbers of every size, and prints for each call the messages that the rules of FormatTests make of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noipa)) long Show(long number, short small, uint64_t taken, const char *text, const void *place, const double *real)
{
    return number + small + (long)taken + (text == place) + (long)*real;
}

/* In a unit of 10^digits nanoseconds, without zeros at the end. */
static const char *in_unit(uint64_t nanoseconds, int digits)
{
    static char texts[4][40];
    static int next;
    char *text = texts[next++ % 4], *end;
    uint64_t scale = 1;

    for (int i = 0; i < digits; i++)
        scale *= 10;
    end = text + sprintf(text, "%" PRIu64 ".%0*" PRIu64, nanoseconds / scale, digits, nanoseconds % scale);
    while (end[-1] == '0')
        *--end = 0;
    if (end[-1] == '.')
        end[-1] = 0;
    return text;
}

static const char *with_commas(long number)
{
    static char text[40];
    char digits[24];
    int length = sprintf(digits, "%" PRIu64, number < 0 ? -(uint64_t)number : (uint64_t)number), used = 0;

    if (number < 0)
        text[used++] = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = 0;
    return text;
}

/* With three digits in the exponent, as .NET has it. */
static const char *scientific(double real)
{
    static char text[40];
    char short_text[40], *sign;

    sprintf(short_text, "%.3e", real);
    sign = strchr(short_text, 'e') + 1;
    sprintf(text, "%.*s%03d", (int)(sign + 1 - short_text), short_text, atoi(sign + 1));
    return text;
}

int main(void)
{
    static const long numbers[] = {0, 1, -1, 255, -255, 999, 1000, 1234567, -1234567, INT64_MAX, -INT64_MAX};
    static const uint64_t taken[] = {0, 1, 1500, 1000000, 2500000, 1000000000, 61000000001};
    static const double reals[] = {0, 0.5, -2.25, 1234567.125, 3e-5};
    static const char *texts[] = {"", "a", "wide enough to fill it"};

    for (int i = 0; i < 77; i++) {
        long n = numbers[i % 11];
        short s = (short)n;
        uint64_t t = taken[i % 7];
        const char *text = texts[i % 3];
        struct {
            double real;
            float half;
        } at = {reals[i % 5], (float)i / 2};

        Show(n, s, t, text, text, &at.real);
        printf("hexadecimal %" PRIx64 " %016" PRIX64 " %04hx %hX 0x%" PRIxPTR "\n", n, n, s, s, (uintptr_t)text);
        printf("decimal %ld %s%06" PRIu64 " %s\n", n, n < 0 ? "-" : "", n < 0 ? -(uint64_t)n : (uint64_t)n, with_commas(n));
        printf("durations %s s %s ms %s us %" PRIu64 " ns\n", in_unit(t, 9), in_unit(t, 6), in_unit(t, 3), t);
        printf("widths [%8hd] [%-8hd] [%10s] [%-10s] [%6hx] {%ld}\n", s, s, text, text, s, n);
        printf("reals %.2f %s [%10.1f] %g\n", at.real, scientific(at.real), at.real, at.half);
    }
    return 0;
}
