/* Variables that are not of one call, with names that others have, too. With -DOTHER the second file of the program. */
#ifdef OTHER

int limit = 100;
int calls = 3;
static int twin = 1;

int other(int by)
{
    twin += by;
    calls += by;
    limit += by;
    return twin;
}

#else

static int calls;
extern int limit;
static volatile int by_two[4];
__thread int depth;
static const int most = 12;

int other(int by);

int __attribute__((noinline)) count(int n)
{
    static int turns;
    {
        static int inner;
        inner += n;
        turns += inner;
    }

    calls += n;
    depth += n;
    by_two[n & 3] = 2 * n;
    return turns < most ? turns : most;
}

int main(int argc, char **argv)
{
    (void)argv;
    return count(argc) + other(argc) + limit;
}

#endif
