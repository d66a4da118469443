/* The structure that casts.c only declares. */
struct hidden {
    int kind;
    struct {
        long weight;
    } inner;
};

struct hidden *make_hidden(long weight);
long weight_of(const struct hidden *hidden);

struct hidden *make_hidden(long weight)
{
    static struct hidden only;
    only.kind = 1;
    only.inner.weight = weight;
    return &only;
}

long weight_of(const struct hidden *hidden)
{
    return hidden->inner.weight;
}
