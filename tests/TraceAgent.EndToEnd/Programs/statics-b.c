static int same = 2;

int same_b(int by)
{
    same += by;
    return same;
}
