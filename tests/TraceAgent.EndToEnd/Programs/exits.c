/* Functions by the ways in which their calls end. Prints each call and its result. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile long sink;

__attribute__((noipa)) long Leaf(long n) { sink = n; return n + 1; }
__attribute__((noipa)) long Other(long n) { sink = n; return n + 1000; }

/* Leaves by jumps only, through two more functions. */
__attribute__((noipa)) long Third(long n) { return Leaf(n * 2); }
__attribute__((noipa)) long Second(long n) { return Third(n + 1); }
__attribute__((noipa)) long First(long n) { return Second(n + 1); }

/* One in two leaves by a jump. */
__attribute__((noipa)) long Mixed(long n)
{
    if (n & 1)
        return Leaf(n);
    sink = n;
    return n * 3;
}

/* Leave to each other, the one that was called first at the same depth as the last. */
__attribute__((noipa)) long Even(long n);
__attribute__((noipa)) long Odd(long n) { sink = n; return n == 0 ? 0 : Even(n - 1); }
__attribute__((noipa)) long Even(long n) { sink = n; return n == 0 ? 1 : Odd(n - 1); }

/* Not known before it runs. */
static long (*volatile pointer)(long) = Other;
__attribute__((noipa)) long ByPointer(long n) { return n & 1 ? n * 5 : pointer(n); }
__attribute__((noipa)) long OnlyByPointer(long n) { return pointer(n); }
__attribute__((noipa)) long ByArgument(long n, long (*f)(long)) { return n & 1 ? n * 5 : f(n); }

static long (*const functions[])(long) = {Leaf, Other, Leaf, Other};
__attribute__((noipa)) long ByTable(long n) { return n > 3 ? n : functions[n](n); }

/* Calls itself by a pointer. */
__attribute__((noipa)) long SelfByPointer(long n, long (*f)(long, void *)) { if (n <= 0) return n; sink = n; return f(n - 1, (void *)f); }

/* In another file. */
__attribute__((noipa)) long ByLinkage(const char *text, long n) { return n & 1 ? n * 5 : atol(text); }

/* By a table of its own places, without a frame. */
__attribute__((noipa)) long Switch(long n)
{
    switch (n) {
    case 0: sink = 1; return 5;
    case 1: sink = 2; return 17;
    case 2: sink = 3; return 22;
    case 3: sink = 4; return 1;
    case 4: sink = n; return Leaf(9);
    case 5: sink = 7; return 2;
    case 6: sink = 8; return 4;
    }
    return n;
}

/* By a table of labels, which nothing marks. */
__attribute__((noipa)) long Threaded(long n)
{
    static const void *const places[] = {&&add, &&twice, &&end};
    long result = n, at = n % 3;
    goto *places[at];
add: result += 7; sink = result; at = 1 + (result & 1); goto *places[at];
twice: result *= 2; sink = result; goto *places[2];
end: return result;
}

__attribute__((noipa)) long Deep(long n)
{
    if (n == 0)
        return 0;
    long below = Deep(n - 1);
    sink = below;
    return below + 1;
}

/* The compiler jumps back to its first instruction. */
struct node { struct node *next; long value; };
__attribute__((noipa)) long Last(struct node *node) { return node->next ? Last(node->next) : node->value; }

/* Leaves by a conditional jump, which compilers rarely make, to code that nobody can follow, or to Leaf. */
long Conditional(long n);
__asm__(".text\n.globl Conditional\n.type Conditional,@function\nConditional:\n.cfi_startproc\n"
        " mov %rdi, %rax\n test $1, %dil\n je Leaf\n cmp $5, %rdi\n jg unreadable\n ret\n.cfi_endproc\n.size Conditional, . - Conditional\n"
        ".type unreadable,@function\nunreadable:\n.cfi_startproc\n add $3, %rax\n jmp 1f\n .byte 0x48, 0xb8\n1: ret\n.cfi_endproc\n.size unreadable, . - unreadable\n");

int main(int argc, char **argv)
{
    (void)argv;
    long by_linkage;
    struct node *list = NULL;
    for (long n = 0; n < 10; n++) {
        struct node *node = malloc(sizeof *node);
        *node = (struct node){list, n};
        list = node;
    }
    for (long n = 0; n < 8; n++) {
        printf("Leaf %ld = %ld\nFirst %ld = %ld\nMixed %ld = %ld\nEven %ld = %ld\n", n, Leaf(n), n, First(n), n, Mixed(n), n, Even(n));
        printf("ByPointer %ld = %ld\nOnlyByPointer %ld = %ld\nByArgument %ld = %ld\n",
               n, ByPointer(n), n, OnlyByPointer(n), n, ByArgument(n, argc > 1 ? Leaf : Other));
        by_linkage = ByLinkage("42", n);
        printf("ByTable %ld = %ld\nByLinkage %ld = %ld\n", n, ByTable(n), n, by_linkage);
        printf("Switch %ld = %ld\nThreaded %ld = %ld\nLast %ld = %ld\nConditional %ld = %ld\n",
               n, Switch(n), n, Threaded(n), (long)list, Last(list), n, Conditional(n));
    }
    printf("SelfByPointer 3 = %ld\n", SelfByPointer(3, (long (*)(long, void *))SelfByPointer));
    printf("Deep 1000 = %ld\n", Deep(1000));
    return 0;
}
