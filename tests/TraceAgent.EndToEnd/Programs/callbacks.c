/* Pointers to functions. Prints, for each call, the line that a rule with "args: auto" should log. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CALLS 20

#ifdef __clang__
#define AS_DECLARED __attribute__((noinline))
#else
#define AS_DECLARED __attribute__((noipa))
#endif

typedef long (*handler)(long);

struct route {
    int number;
    handler serve;
    long (*steps[2])(long);
    const struct route *next;
};

static const char *name_of(handler serve);

AS_DECLARED static long get(long x)
{
    return x + 1;
}

AS_DECLARED long put(long x)
{
    return x * 2;
}

/* Another file has the code of this one. */
static long (*const foreign)(long) = labs;

static const char *quoted(handler serve)
{
    static char text[8][32];
    static int next;
    char *into = text[next++ % 8];
    const char *name = name_of(serve);
    if (name)
        snprintf(into, 32, "\"%s\"", name);
    else
        snprintf(into, 32, "\"0x%lx\"", (unsigned long)serve);
    return into;
}

AS_DECLARED handler choose(struct route *route, handler serve, void (*nothing)(void))
{
    handler chosen = route->number % 2 ? serve : route->serve;
    printf("{\"rule\":\"choose\",\"args\":{\"route\":\"%p\",\"serve\":%s,\"nothing\":\"0x%lx\",\"of\":%s,\"steps\":[%s,%s],"
           "\"all\":{\"number\":%d,\"serve\":%s,\"steps\":[%s,%s],\"next\":\"0x0\"},\"address\":%lu},\"ret\":%s}\n",
        (void *)route, quoted(serve), (unsigned long)(uintptr_t)nothing, quoted(route->serve), quoted(route->steps[0]),
        quoted(route->steps[1]), route->number, quoted(route->serve), quoted(route->steps[0]), quoted(route->steps[1]),
        (unsigned long)(uintptr_t)serve, quoted(chosen));
    fflush(stdout);
    return chosen;
}

static const char *name_of(handler serve)
{
    return serve == get ? "get" : serve == put ? "put" : (uintptr_t)serve == (uintptr_t)put + 1 ? "put+0x1" : NULL;
}

int main(void)
{
    long sum = 0;
    for (int i = 0; i < CALLS; i++)
    {
        handler odd = (handler)((uintptr_t)put + 1);
        struct route route = {i, i % 3 ? get : put, {i % 4 ? put : foreign, i % 5 ? get : odd}, NULL};
        handler chosen = choose(&route, i % 2 ? put : foreign, i % 7 ? NULL : (void (*)(void))(intptr_t)-1);
        sum += chosen(i);
    }

    return sum == 1;
}
