/* A NOP of five bytes at the entry, as -fpatchable-function-entry makes it, where a call in its place would do harm: under Syscall User
   Dispatch, below a red zone that is in use, and with no room on the stack. Prints each call. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SYSCALL_USER_DISPATCH 59
#define NOP5 ".byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"

long Doubled(long n);
long Summed(long times, long each, long sum);
long OnLittleStack(long n, void *stack);
__asm__(".text\n.globl Doubled\n.type Doubled,@function\nDoubled:\n.cfi_startproc\n" NOP5 " lea (%rdi,%rdi),%rax\n ret\n.cfi_endproc\n.size Doubled,.-Doubled\n"
        ".globl Summed\n.type Summed,@function\nSummed:\n.cfi_startproc\n" NOP5
        " test %rdx,%rdx\n jne 1f\n mov %rsi,-8(%rsp)\n1: add -8(%rsp),%rdx\n dec %rdi\n jne Summed\n mov %rdx,%rax\n ret\n.cfi_endproc\n.size Summed,.-Summed\n"
        ".type OnLittleStack,@function\nOnLittleStack:\n push %rbp\n mov %rsp,%rbp\n mov %rsi,%rsp\n call Doubled\n mov %rbp,%rsp\n pop %rbp\n ret\n"
        ".size OnLittleStack,.-OnLittleStack\n");

static volatile char selector;

static void refused(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    selector = 0;
    static const char text[] = "a system call that is not the program's\n";
    (void)!write(1, text, sizeof text - 1);
    _exit(44);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = refused, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &action, NULL);
    for (long n = 0; n < 3; n++)
        printf("Doubled %ld = %ld\n", n, Doubled(n));
    printf("Summed 5 = %ld\n", Summed(5, 2, 0));
    char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(memory, 4096, PROT_NONE);
    printf("Doubled 21 = %ld\n", OnLittleStack(21, memory + 4096 + 24));
    long results[5];
    prctl(SYSCALL_USER_DISPATCH, 1, 0, 0, &selector);
    selector = 1;
    for (long n = 0; n < 5; n++)
        results[n] = Doubled(n + 3);
    selector = 0;
    for (long n = 0; n < 5; n++)
        printf("Doubled %ld = %ld\n", n + 3, results[n]);
    return 3;
}
