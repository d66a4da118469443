/* Prints, for each call, the line that a rule with "args: auto" should log. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum state { NEW, READY = 5, DONE = -2 };

struct user {
    int64_t id;
    const char *name;
    char tag[8];
};

struct request {
    struct user *user;
    unsigned flags : 3;
    int level : 5;
    enum state state;
    union {
        int number;
        float real;
    };
    double price;
    short codes[4];
    bool vip;
    struct {
        int x, y;
    } at;
    struct request *next;
};

struct pair {
    int a;
    long b;
};

struct large {
    long values[5];
};

#define CALLS 20

/* Called as it is declared, whatever the optimisation. */
#ifdef __clang__
#define AS_DECLARED __attribute__((noinline))
#else
#define AS_DECLARED __attribute__((noipa))
#endif

/* Registers of all widths, the stack, structures by value on the stack, and a parameter that only has a vector register. */
AS_DECLARED int pay(
    struct request *request, int total, signed char small, bool yes, const char *note, double rate, unsigned short port,
    struct pair pair, long seven, unsigned eight, struct large large)
{
    printf("{\"rule\":\"pay\",\"args\":{\"request\":\"%p\",\"total\":%d,\"small\":%d,\"yes\":%s,\"note\":\"%s\",\"rate\":null,"
           "\"port\":%u,\"pair\":{\"a\":%d,\"b\":%ld},\"seven\":%ld,\"eight\":%u,"
           "\"large\":{\"values\":[1,2,3,%ld,5]},\"customer\":\"%s\",\"id\":%ld,\"tag\":\"%s\","
           "\"state\":\"%s\",\"flags\":%u,\"level\":%d,\"number\":%d,\"price\":%.1f,\"code\":%d,\"codes\":[%d,%d,%d,%d],\"y\":%d,"
           "\"second\":%ld},\"problems\":{\"rate\":\"vector_register\"}}\n",
        (void *)request, total, small, yes ? "true" : "false", note, port, pair.a, pair.b, seven, eight, large.values[3],
        request->user->name, (long)request->user->id,
        request->user->tag, request->state == READY ? "READY" : request->state == NEW ? "NEW" : "DONE", request->flags,
        request->level, request->number, request->price, request->codes[2], request->codes[0], request->codes[1],
        request->codes[2], request->codes[3], request->at.y, (long)request->next->user->id);
    fflush(stdout);
    return total + (int)rate + small;
}

/* A structure in two registers: optimising, gcc says nothing about where it is. */
AS_DECLARED long halves(struct pair pair)
{
    printf("{\"rule\":\"halves\",\"args\":{\"pair\":{\"a\":%d,\"b\":%ld}}}\n", pair.a, pair.b);
    fflush(stdout);
    return pair.a + pair.b;
}

/* A condition on members, and a result with names. */
AS_DECLARED enum state advance(const struct request *request, long bits)
{
    enum state state = request->vip ? DONE : bits & 2 ? READY : NEW;
    if (request->user->id > 1005 && request->state == READY)
    {
        printf("{\"rule\":\"advance\",\"args\":{\"request\":\"%p\",\"bits\":%ld},\"ret\":\"%s\"}\n",
            (const void *)request, bits, state == DONE ? "DONE" : state == READY ? "READY" : "NEW");
        fflush(stdout);
    }

    return state;
}

/* Does not use its second parameter: clang passes nothing for it. */
AS_DECLARED long skipped(long used, long unused)
{
    (void)unused;
    return used * 3;
}

int main(void)
{
    const char *names[] = {"alice", "bob", "carol"};
    for (int i = 0; i < CALLS; i++)
    {
        struct user user = {1000 + i, names[i % 3], "gold"};
        struct user other = {-i, "other", ""};
        struct request next = {.user = &other};
        struct request request = {
            &user, i & 7, i % 16 - 8, i % 2 ? READY : DONE, {i * 3}, i + 0.5, {i, -i, i * 2, 7}, i % 5 == 0, {i, -i}, &next};
        struct pair pair = {i - 3, i * 10000000000L};
        struct large large = {{1, 2, 3, i * 7, 5}};
        pay(&request, i * -7, i - 10, i & 1, i % 2 ? "odd" : "even", 0.5, 65000 + i, pair, 70 + i, 4000000000u + i, large);
        halves(pair);
        skipped(i, i + 1);
        advance(&request, pair.b);
    }
}
