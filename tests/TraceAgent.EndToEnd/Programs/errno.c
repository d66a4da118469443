// Two threads take turns in calling functions of the C library that fail differently in each, or succeed and leave errno as it was.
// Prints what a line of each rule shows.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { Rounds = 50 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;

static const char *NameOf(int number)
{
    switch (number)
    {
        case ENOENT: return "ENOENT";
        case EISDIR: return "EISDIR";
        case EBADF: return "EBADF";
        case ENOTDIR: return "ENOTDIR";
        default: return NULL;
    }
}

static void PrintNames(int number)
{
    const char *name = NameOf(number);
    if (name != NULL)
    {
        printf(",\"errno\":{\"errno\":\"%s\"}", name);
    }

    printf("}\n");
}

static int Open(const char *path, int flags)
{
    int fd = open(path, flags);
    int failed = errno;
    printf("{\"rule\":\"open\",\"args\":{\"path\":\"%s\",\"errno\":%d},\"ret\":%d", path, failed, fd);
    PrintNames(failed);
    errno = failed;
    return fd;
}

static void Close(int fd)
{
    int result = close(fd);
    int failed = errno;
    printf("{\"rule\":\"close\",\"args\":{\"errno\":%d},\"ret\":%d", failed, result);
    PrintNames(failed);
    errno = failed;
}

static void Unlink(const char *path)
{
    int result = unlink(path);
    int failed = errno;
    if (result < 0 && failed == ENOENT)
    {
        printf("{\"rule\":\"unlink\",\"args\":{\"path\":\"%s\",\"doubled\":%d},\"ret\":-1}\n", path, 2 * failed);
    }
}

static void *Run(void *argument)
{
    int own = *(int *)argument;
    for (int i = 0; i < Rounds; i++)
    {
        pthread_mutex_lock(&lock);
        while (turn != own)
        {
            pthread_cond_wait(&turned, &lock);
        }

        switch (i % 4)
        {
            case 0: Open(own == 0 ? "/nowhere/0" : "/nowhere/1", O_RDONLY); break;
            case 1: Close(own == 0 ? -1 : Open("/dev/null", O_RDONLY)); break;
            case 2: Open(own == 0 ? "/" : "/dev/null/x", O_WRONLY); break;
            default: Unlink(own == 0 ? "/nowhere/2" : "/"); break;
        }

        turn = !own;
        pthread_cond_broadcast(&turned);
        pthread_mutex_unlock(&lock);
    }

    return NULL;
}

int main(void)
{
    static char buffer[1 << 20];
    pthread_t threads[2];
    int numbers[2] = { 0, 1 };
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (int i = 0; i < 2; i++)
    {
        pthread_create(&threads[i], NULL, Run, &numbers[i]);
    }

    for (int i = 0; i < 2; i++)
    {
        pthread_join(threads[i], NULL);
    }

    return 0;
}
