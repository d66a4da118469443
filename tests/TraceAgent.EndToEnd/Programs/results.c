/* Functions with results of all kinds. Prints, for each call, the line that a rule with "args: auto" and "on: call" should log. */
#include <stdint.h>
#include <stdio.h>

#define CALLS 20

/* Called as it is declared, whatever the optimisation. */
#ifdef __clang__
#define AS_DECLARED __attribute__((noinline))
#else
#define AS_DECLARED __attribute__((noipa))
#endif

enum color { RED, GREEN = 3, BLUE = -1 };

struct small {
    short a;
    signed char b : 4, c : 4;
    int d;
};

struct pair {
    int a;
    long b;
};

/* The number is in rax and the other in xmm0: each kind has registers of its own. */
struct mixed {
    double rate;
    long count;
};

/* Both in the same register. */
struct together {
    float rate;
    int count;
};

struct large {
    const char *name;
    struct pair pair;
    enum color colors[3];
};

struct bytes {
    unsigned char all[12];
};

static void begin(const char *rule, int n)
{
    printf("{\"rule\":\"%s\",\"args\":{\"n\":%d},\"ret\":", rule, n);
}

static void end(const char *problems)
{
    printf("%s}\n", problems);
    fflush(stdout);
}

static const char *const names[] = {"red", "green", "blue"};
static const enum color colors[] = {RED, GREEN, BLUE};
static const char *const words[] = {"RED", "GREEN", "BLUE"};

AS_DECLARED struct small small(int n)
{
    struct small result = {(short)-n, n % 7 - 3, n % 5, n * 1000000};
    begin("small", n);
    printf("{\"a\":%d,\"b\":%d,\"c\":%d,\"d\":%d}", result.a, result.b, result.c, result.d);
    end("");
    return result;
}

AS_DECLARED struct pair pair(int n)
{
    struct pair result = {-n, n * 10000000000L};
    begin("pair", n);
    printf("{\"a\":%d,\"b\":%ld}", result.a, result.b);
    end("");
    return result;
}

AS_DECLARED struct mixed mixed(int n)
{
    struct mixed result = {n + 0.5, n * 7L};
    begin("mixed", n);
    printf("{\"rate\":null,\"count\":%ld}", result.count);
    end(",\"problems\":{\"ret.rate\":\"vector_register\"}");
    return result;
}

AS_DECLARED struct together together(int n)
{
    struct together result = {n + 0.5f, n * 7};
    begin("together", n);
    printf("{\"rate\":%.1f,\"count\":%d}", result.rate, result.count);
    end("");
    return result;
}

AS_DECLARED struct large large(int n)
{
    struct large result = {names[n % 3], {n, -n}, {colors[n % 3], GREEN, colors[(n + 1) % 3]}};
    begin("large", n);
    printf("{\"name\":\"%s\",\"pair\":{\"a\":%d,\"b\":%ld},\"colors\":[\"%s\",\"GREEN\",\"%s\"]}", result.name, result.pair.a,
        result.pair.b, words[n % 3], words[(n + 1) % 3]);
    end("");
    return result;
}

AS_DECLARED double real(int n)
{
    begin("real", n);
    printf("null");
    end(",\"problems\":{\"ret\":\"vector_register\"}");
    return n + 0.25;
}

AS_DECLARED long double longest(int n)
{
    begin("longest", n);
    printf("null");
    end(",\"problems\":{\"ret\":\"not_supported\"}");
    return n + 0.25L;
}

AS_DECLARED const char *text(int n)
{
    begin("text", n);
    printf("\"%s\"", names[n % 3]);
    end("");
    return names[n % 3];
}

AS_DECLARED enum color color(int n)
{
    begin("color", n);
    printf("\"%s\"", words[n % 3]);
    end("");
    return colors[n % 3];
}

AS_DECLARED signed char narrow(int n)
{
    begin("narrow", n);
    printf("%d", (signed char)(n - 10));
    end("");
    return (signed char)(n - 10);
}

/* Prints its line when the rule's condition on the result holds. */
AS_DECLARED struct pair chosen(int n)
{
    struct pair result = {n % 4, n};
    if (result.a == 3)
    {
        begin("chosen", n);
        printf("{\"a\":%d,\"b\":%ld}", result.a, result.b);
        end("");
    }

    return result;
}

int main(void)
{
    double sum = 0;
    for (int i = 0; i < CALLS; i++)
    {
        sum += small(i).a + pair(i).b + mixed(i).rate + together(i).rate + large(i).pair.a + real(i) + (double)longest(i);
        sum += text(i)[0] + color(i) + narrow(i) + chosen(i).a;
    }

    return sum == 0.125;
}
