/* Keep returns its argument, which it keeps below the stack pointer, as the ABI allows, over a NOP of five bytes. */
#include <stdio.h>
#include <unistd.h>

long Keep(long value);
__asm__(".globl Keep\n.type Keep, @function\nKeep:\n"
        "  mov %rdi, -8(%rsp)\n"
        "  .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
        "  mov -8(%rsp), %rax\n"
        "  ret\n.size Keep, . - Keep\n");

int main(void)
{
    int wrong = 0;

    for (int i = 0; i < 50; i++) {
        wrong += Keep(i) != i;
        usleep(1000);
    }
    printf("%d of 50 results are wrong\n", wrong);
    return 0;
}
