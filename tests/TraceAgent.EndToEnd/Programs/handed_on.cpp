// Calls by pointers, from one place, of functions that leave to others by a jump, and of these others; some throw after the jump.
// Prints each call.
#include <cstdio>

static volatile long sink;

typedef long Function(long);

extern "C" {
__attribute__((noipa)) long base(long v)
{
    if (v < 0)
        throw v;
    sink = v;
    return v * 1000;
}

// A function that is one jump, one whose loop leads back to its first instruction, and one that is one RET.
asm(".text\n.type hop, @function\nhop: jmp base\n.size hop, .-hop\n"
    ".type spin, @function\nspin: dec %rdi\njg spin\nlea 7(%rdi), %rax\nret\n.size spin, .-spin\n"
    ".type bare, @function\nbare: ret\n.size bare, .-bare\n");
long hop(long), spin(long), bare(long);

__attribute__((noipa)) long first(long v) { sink = v; return base(v + 1); }
__attribute__((noipa)) long second(long v) { sink = v; return hop(v + 2); }
__attribute__((noipa)) long third(long v) { sink = v; return v & 1 ? spin(v) : base(v); }
__attribute__((noipa)) long fourth(long v) { sink = v; return v < 0 ? base(v) : bare(v); }
}

struct Call { const char *name; Function *function; long v; };

int main()
{
    static const Call calls[] = {
        {"first", first, 2}, {"first", first, -5}, {"base", base, 3}, {"first", first, 4},
        {"second", second, 1}, {"second", second, -9}, {"hop", hop, 4}, {"second", second, -9}, {"base", base, 5},
        {"third", third, 9}, {"third", third, -8}, {"spin", spin, 3}, {"third", third, -8}, {"base", base, 6}, {"third", third, 10},
        {"fourth", fourth, 1}, {"fourth", fourth, -1}, {"bare", bare, 2}, {"fourth", fourth, -1}, {"base", base, 7}, {"fourth", fourth, 3},
    };
    static const Call *volatile all = calls;
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
        const Call *call = &all[i];
        try {
            long result = call->function(call->v);
            std::printf("%s %ld = %ld\n", call->name, call->v, result);
        } catch (long v) {
            std::printf("thrown %ld\n", v);
        }
    }
    return 0;
}
