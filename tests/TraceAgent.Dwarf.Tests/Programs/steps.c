/* Statements that optimised code does nothing for, all of which begin at the address of the one after them. */
__attribute__((noinline)) int scaled(int count)
{
    int step = 5;
    step = 7;
    return count * step;
}

int main(int argc, char **argv)
{
    (void)argv;
    return scaled(argc) == 8;
}
