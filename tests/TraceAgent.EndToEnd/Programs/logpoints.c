/* Prints, on the lines that rules name, what these lines see: variables of blocks, loops, inlined functions and recursion. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISCOUNT \
    "{\"rule\":\"discount\",\"args\":{\"price\":%ld,\"percent\":%d,\"off\":%ld,\"left\":%ld}}\n"
#define INNER \
    "{\"rule\":\"inner\",\"args\":{\"sum\":%ld,\"i\":%d,\"cost\":%ld,\"item_price\":%ld}}\n"
#define OUTER \
    "{\"rule\":\"outer\",\"args\":{\"sum\":%ld,\"i\":%d,\"count\":%d,\"item_owner_name\":\"%s\"}}\n"
#define DEPTH \
    "{\"rule\":\"depth\",\"args\":{\"left\":%d,\"right\":%d,\"here\":%d,\"label\":\"%s\"," \
    "\"visits\":%d,\"seed\":%ld}}\n"
#define SETTLE \
    "{\"rule\":\"settle\",\"args\":{\"state\":\"%s\",\"level\":%u,\"scaled\":%ld,\"price\":%ld}}\n"

struct user { int id; const char *name; };
struct item { long price; unsigned count; const struct user *owner; };
enum state { OPEN, PAID, SENT = 7 };

static long seed = 12345;

static long next(void)
{
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed;
}

/* Inlined into both of its callers when optimised. */
static inline long discounted(long price, int percent)
{
    long off = price * percent / 100;
    long left = price - off;
    printf(DISCOUNT, price, percent, off, left); /* discount */
    return left;
}

__attribute__((noinline)) static long total(const struct item *items, int count)
{
    long sum = 0;
    for (int i = 0; i < count; i++) {
        const struct item *item = &items[i];
        long cost = discounted(item->price * item->count, i % 5);
        if (cost > 300) {
            long sum = cost / 3; /* hides the other one */
            printf(INNER, sum, i, cost, item->price); /* inner */
        }
        sum += cost;
        printf(OUTER, sum, i, count, item->owner->name); /* outer */
    }
    return sum;
}

__attribute__((noinline)) static int depth_of(int left, int right)
{
    char label[32];
    snprintf(label, sizeof label, "d%d-%d", left, right);
    int below = left > 0 ? depth_of(left - 1, right + 2) : 0;
    int here = below + 1;
    static int visits;
    visits++;
    printf(DEPTH, left, right, here, label, visits, seed); /* depth */
    return here;
}

__attribute__((noinline)) static void settle(enum state state, unsigned char level, double rate)
{
    long scaled = (long)(rate * 100);
    long price = discounted(scaled, level);
    const char *names[] = { "OPEN", "PAID", "", "", "", "", "", "SENT" };
    printf(SETTLE, names[state], level, scaled, price); /* settle */
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    static const struct user users[] = { { 1, "ann" }, { 2, "bob" }, { 3, "eve" } };
    struct item items[6];
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 6; i++) {
            items[i].price = next() % 500;
            items[i].count = (unsigned)(next() % 4 + 1);
            items[i].owner = &users[next() % 3];
        }
        total(items, 6);
        depth_of(round % 4, round);
        settle(round % 3 == 2 ? SENT : (enum state)(round % 3), (unsigned char)(next() % 30), (double)(next() % 1000) / 7);
    }
    return 0;
}
