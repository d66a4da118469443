/* Whole structures of many members. Prints, for each call, the line that a rule with "args: auto" should log. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CALLS 20
#define ITEMS 3

#ifdef __clang__
#define AS_DECLARED __attribute__((noinline))
#else
#define AS_DECLARED __attribute__((noipa))
#endif

enum kind { BOOK, PEN = 7 };

struct item {
    enum kind kind;
    float price;
    const char *name;
    struct {
        int8_t x, y;
    } at;
};

struct order {
    int64_t id;
    bool is_paid;
    unsigned low : 3, high : 7;
    int level : 5;
    char tag[8];
    char full[4];
    uint16_t codes[3];
    union {
        double real;
        uint8_t bytes[2];
    };
    struct item items[ITEMS];
    const char *nobody;
    struct order *next;
};

static void print(const struct order *order)
{
    printf("{\"id\":%ld,\"is_paid\":%s,\"low\":%u,\"high\":%u,\"level\":%d,\"tag\":\"%s\",\"full\":\"%.4s\",\"codes\":[%u,%u,%u],"
           "\"real\":%.2f,\"bytes\":[%u,%u],\"items\":[",
        (long)order->id, order->is_paid ? "true" : "false", order->low, order->high, order->level, order->tag, order->full,
        order->codes[0], order->codes[1], order->codes[2], order->real, order->bytes[0], order->bytes[1]);
    for (int i = 0; i < ITEMS; i++)
    {
        const struct item *item = &order->items[i];
        printf("%s{\"kind\":\"%s\",\"price\":%.1f,\"name\":\"%s\",\"at\":{\"x\":%d,\"y\":%d}}", i > 0 ? "," : "",
            item->kind == PEN ? "PEN" : "BOOK", item->price, item->name, item->at.x, item->at.y);
    }

    printf("],\"nobody\":null,\"next\":\"%p\"}", (void *)order->next);
}

/* By value, and what a pointer leads to. */
AS_DECLARED long ship(struct order order, const struct order *other)
{
    printf("{\"rule\":\"ship\",\"args\":{\"order\":");
    print(&order);
    printf(",\"other\":\"%p\",\"copy\":", (const void *)other);
    print(other);
    printf(",\"price\":%.1f,\"x\":%d},\"problems\":{\"order.nobody\":\"null\",\"copy.nobody\":\"null\"}}\n", other->items[2].price,
        other->items[1].at.x);
    fflush(stdout);
    return order.id + other->id;
}

int main(void)
{
    const char *names[] = {"red", "green", "blue"};
    long sum = 0;
    for (int i = 0; i < CALLS; i++)
    {
        struct order other = {i, i % 2 == 0, i, i * 5, i - 16, "gold", "full", {i, i + 1, 65535}, {i + 0.25}, {{0}}, NULL, NULL};
        for (int n = 0; n < ITEMS; n++)
        {
            other.items[n] = (struct item){(i + n) % 2 ? PEN : BOOK, i + 0.5f, names[(i + n) % 3], {-i, n}};
        }

        struct order order = other;
        order.id += 1000000;
        order.next = &other;
        other.next = &order;
        sum += ship(order, &other);
    }

    return sum == 0;
}
