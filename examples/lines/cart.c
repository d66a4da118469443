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

struct user users[] = { { 1, "ann" }, { 2, "bob" } };
struct item basket[] = { { 250, 1 }, { 99, 3 }, { 1200, 1 } };
int basket_size = 3;

static long total_of(const struct item *items, int count)
{
    long total = 0;
    for (int i = 0; i < count; i++) {
        long cost = items[i].price * items[i].count;
        total += cost;
    }
    return total;
}

static void checkout(const struct user *user, int count)
{
    long total = total_of(basket, count);
    printf("%s pays %ld\n", user->name, total);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    for (int i = 0; i < rounds; i++) {
        checkout(&users[i % 2], basket_size);
        basket[0].count++;
    }
    return 0;
}
