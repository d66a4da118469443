// Prints each call that returns; exceptions pass through the others.
#include <cstdio>
#include <stdexcept>

extern "C" __attribute__((noipa)) long Inner(long n)
{
    if (n % 3 == 0)
        throw std::runtime_error("a third");
    return n * 7;
}

extern "C" __attribute__((noipa)) long Outer(long n) { return Inner(n) + 1; }

int main()
{
    for (long n = 1; n <= 30; n++)
    {
        try
        {
            std::printf("Outer %ld = %ld\n", n, Outer(n));
        }
        catch (const std::exception &)
        {
            std::puts("thrown");
        }
    }
}
