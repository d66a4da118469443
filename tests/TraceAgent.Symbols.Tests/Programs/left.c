__attribute__((noinline)) static int twin(void)
{
    __asm__ volatile("");
    return 1;
}

int left_price(void)
{
    return twin() + 1;
}
