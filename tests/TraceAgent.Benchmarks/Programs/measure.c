// Runs a command and says on standard error, when it has ended: CLOCK_MONOTONIC ns of its start and end, user and system µs, peak RSS in KiB.
// SIGTERM and SIGINT are passed on as SIGINT.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <errno.h>

static pid_t child;

static void pass_on(int signal)
{
    (void)signal;
    kill(child, SIGINT);
}

static unsigned long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ull + time.tv_nsec;
}

int main(int argc, char **argv)
{
    (void)argc;
    struct sigaction action = {.sa_handler = pass_on};
    struct rusage usage;
    int status;
    unsigned long long start = now();
    child = fork();
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    sigaction(SIGTERM, &action, 0);
    sigaction(SIGINT, &action, 0);
    while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    fprintf(stderr, "measured %llu %llu %ld %ld %ld %d\n", start, now(),
            usage.ru_utime.tv_sec * 1000000l + usage.ru_utime.tv_usec,
            usage.ru_stime.tv_sec * 1000000l + usage.ru_stime.tv_usec, usage.ru_maxrss, status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
