// A call that throws, and one of another function from the same place, which ends where the first would have ended. Prints each call.
#include <cstdio>

static volatile long sink;

struct Handler { virtual long on(long) = 0; };
__attribute__((noipa)) long base(long v) { sink = v; return v * 1000; }
struct First : Handler { long on(long) override; };
struct Second : Handler { long on(long) override; };
__attribute__((noipa)) long Second::on(long v) { sink = v; return base(v + 1); }
__attribute__((noipa)) long First::on(long v)
{
    if (v < 0)
        throw v;
    return base(v);
}

int main()
{
    static First first;
    static Second second;
    static Handler *volatile handlers[2] = {&first, &second};
    for (long i = 0; i < 8; i++) {
        try {
            long v = i & 1 ? i : i - 4;
            long result = handlers[i & 1]->on(v);
            std::printf("%s %ld = %ld\n", i & 1 ? "Second" : "First", v, result);
        } catch (long v) {
            std::printf("thrown %ld\n", v);
        }
    }
    return 0;
}
