#include <stdio.h>
#include <ucontext.h>

static ucontext_t Main, Other;
static char Stack[65536];

__attribute__((noinline)) void Work(void)
{
    puts("on another stack");
    swapcontext(&Other, &Main);
}

int main(void)
{
    getcontext(&Other);
    Other.uc_stack.ss_sp = Stack;
    Other.uc_stack.ss_size = sizeof Stack;
    makecontext(&Other, Work, 0);
    swapcontext(&Main, &Other);
    return 0;
}
