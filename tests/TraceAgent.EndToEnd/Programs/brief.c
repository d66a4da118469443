/* Lives as long as one call of Brief takes. Also starts many that do:
   "spawn N PATH..." executes the paths in turn, "fork N" copies itself; each child is waited for before the next, and each
   line of output is "PID PATH". "wait" calls Brief for each line of input and answers it. "memory PATH NAME" executes a copy
   that is in no folder, under that name. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

__attribute__((noipa)) long Brief(long number)
{
    return number + 1;
}

static int spawn(int count, char **paths, int kinds)
{
    for (int i = 0; i < count; i++) {
        char number[16];
        char *path = paths[i % kinds];
        char *arguments[] = {path, number, NULL};
        pid_t pid;

        snprintf(number, sizeof number, "%d", i);
        if (posix_spawn(&pid, path, NULL, NULL, arguments, environ) != 0)
            return 1;
        waitpid(pid, NULL, 0);
        printf("%d %s\n", pid, path);
    }
    return 0;
}

static int copy(int count, const char *path)
{
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            Brief(i);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
        printf("%d %s\n", pid, path);
        fflush(stdout);
    }
    return 0;
}

static int execute_memory(const char *path, char *name)
{
    int file = open(path, O_RDONLY), memory = memfd_create("secret", MFD_CLOEXEC);
    char *arguments[] = {name, NULL};

    while (sendfile(memory, file, NULL, 1 << 20) > 0)
        ;
    return fexecve(memory, arguments, environ);
}

int main(int count, char **words)
{
    char line[16];

    if (count > 3 && strcmp(words[1], "spawn") == 0)
        return spawn(atoi(words[2]), words + 3, count - 3);
    if (count > 2 && strcmp(words[1], "fork") == 0)
        return copy(atoi(words[2]), words[0]);
    if (count > 3 && strcmp(words[1], "memory") == 0)
        return execute_memory(words[2], words[3]);
    if (count > 1 && strcmp(words[1], "wait") == 0) {
        while (fgets(line, sizeof line, stdin)) {
            printf("%ld\n", Brief(atol(line)));
            fflush(stdout);
        }
        return 0;
    }
    return count > 1 && Brief(atol(words[1])) < 0;
}
