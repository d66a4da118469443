// Methods that are inlined into a function whose object optimized code keeps in registers: their pointer to it is nowhere.
#include <cstdio>

__attribute__((noipa)) static void sink(long value)
{
    asm volatile("" : : "r"(value) : "memory");
}

struct Point {
    long x, y;

    long sum() const
    {
        sink(1); /* sum */
        return x * 3 + y;
    }
};

static long scaled(const long *by, const Point &point)
{
    sink(2); /* scaled */
    return *by * point.y;
}

__attribute__((noipa)) static long work(long a, long b)
{
    Point point{a + 1, b * 2};
    long by = a - 7;
    std::printf("{\"rule\":\"sum\",\"args\":{\"this_x\":%ld,\"y\":%ld,\"all\":{\"x\":%ld,\"y\":%ld}}}\n", point.x, point.y,
        point.x, point.y);
    long sum = point.sum();
    std::printf("{\"rule\":\"scaled\",\"args\":{\"by\":%ld,\"y\":%ld}}\n", by, point.y);
    return sum + scaled(&by, point);
}

int main()
{
    long total = 0;
    for (long i = 0; i < 20; i++)
        total += work(i, 100 - i);
    return total == 1;
}
