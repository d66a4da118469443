/* Pointers that do not say what they lead to. Prints, for each call, the line that a rule with casts should log. */
#include <stdio.h>

#define CALLS 20

#ifdef __clang__
#define AS_DECLARED __attribute__((noinline))
#else
#define AS_DECLARED __attribute__((noipa))
#endif

/* Defined in casts_hidden.c, and only there. */
struct hidden;
struct hidden *make_hidden(long weight);
long weight_of(const struct hidden *hidden);

enum state { NEW, READY = 5 };

typedef struct node {
    long id;
    struct node *next;
    const char *name;
} node_t;

AS_DECLARED long take(void *any, unsigned long number, int state, struct hidden *hidden)
{
    const node_t *node = any;
    printf("{\"rule\":\"take\",\"args\":{\"any\":\"%p\",\"number\":%lu,\"state\":%d,\"hidden\":\"%p\",\"id\":%ld,\"name\":\"%s\","
           "\"again\":%ld,\"word\":\"%s\",\"weight\":%ld}}\n",
        any, number, state, (void *)hidden, node->next->id, node->name, ((const node_t *)number)->id, state == READY ? "READY" : "NEW",
        weight_of(hidden));
    fflush(stdout);
    return node->id + (long)number;
}

/* Keeps what only casts name in the debug information. */
enum state first = READY;

int main(void)
{
    long sum = 0;
    for (int i = 0; i < CALLS; i++)
    {
        node_t last = {i * 3, NULL, "last"};
        node_t node = {i, &last, i % 2 ? "odd" : "even"};
        sum += take(&node, (unsigned long)&last, i % 2 ? READY : NEW, make_hidden(i * 1000));
    }

    return sum == first;
}
