#include <stdio.h>
#include <stdlib.h>

struct user {
    int id;
    const char *name;
};

struct item {
    long price;
    int count;
};

static long total_of(const struct item *items, int count)
{
    long total = 0;
    for (int i = 0; i < count; i++) {
        long cost = items[i].price * items[i].count;
        total += cost;
    }
    return total;
}

static void checkout(const struct user *user, const struct item *items, int count)
{
    long total = total_of(items, count);
    printf("%s pays %ld\n", user->name, total);
}

int main(int argc, char **argv)
{
    const struct user users[] = { { 1, "ann" }, { 2, "bob" } };
    struct item items[] = { { 250, 2 }, { 99, 3 }, { 1200, 1 } };
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    for (int i = 0; i < rounds; i++) {
        items[0].count = i + 1;
        checkout(&users[i % 2], items, 3);
    }
    return 0;
}
