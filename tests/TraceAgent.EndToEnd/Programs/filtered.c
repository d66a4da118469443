/* Allows itself only what it needs, by a seccomp filter that ends the process for any other system call; then each line of
   input makes a call of Square, whose result is printed. With an argument, the first line's call comes before the filter. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

__attribute__((noipa)) long Square(long number)
{
    return number * number;
}

int main(int count, char **arguments)
{
    static char input[4096], output[4096];
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read), ALLOW(write), ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    char line[64];
    setvbuf(stdin, input, _IOLBF, sizeof input);
    setvbuf(stdout, output, _IOLBF, sizeof output);
    (void)arguments;
    if (count > 1 && fgets(line, sizeof line, stdin))
        printf("%ld\n", Square(atol(line)));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        return 1;
    while (fgets(line, sizeof line, stdin))
        printf("%ld\n", Square(atol(line)));
    return 0;
}
