#include <stdexcept>

extern "C" __attribute__((noinline)) int thrower(int count)
{
    if (count > 3)
    {
        throw std::runtime_error("too many");
    }

    return count;
}

int main(int argc, char **)
{
    try
    {
        return thrower(argc);
    }
    catch (const std::exception &)
    {
        return 1;
    }
}
