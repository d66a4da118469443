int limit = 100;
int calls = -1;
static int same = 1;

int raise_limit(int by)
{
    limit += by;
    calls--;
    return limit;
}

int same_a(int by)
{
    same += by;
    return same;
}
