// Variables that are not of one call: of the program, or of the library (with -DLIBRARY). Each call prints what a line of its rule
// shows. The program runs itself once more, so that two processes have it at different places.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

struct user
{
    long id;
    const char *name;
};

struct config
{
    int level;
    struct user *owner;
    char label[8];
};

#ifdef LIBRARY

#ifndef MODEL
#define MODEL
#endif

int exported = 1;
int mine = 10;
static int hidden = 20;
__thread int shared_depth MODEL = 30;
static __thread long own_depth MODEL = 40;

void library_touch(int n)
{
    shared_depth += n;
    own_depth -= n;
}

NOINLINE int library_work(int n)
{
    printf("{\"rule\":\"library\",\"args\":{\"n\":%d,\"exported\":%d,\"mine\":%d,\"hidden\":%d,\"shared\":%d,\"own\":%ld}}\n",
        n, exported, mine, hidden, shared_depth, own_depth);
    exported += n;
    mine += 2 * n;
    hidden += 3 * n;
    shared_depth += 4 * n;
    own_depth += 5 * n;
    return hidden;
}

#else

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef OPENED
#include <dlfcn.h>
#endif

extern int limit;
int raise_limit(int by);
int same_a(int by);
int same_b(int by);

static struct user users[2] = { { 1, "alice" }, { 2, "bob" } };
static struct config config = { 3, &users[0], "main" };
static const char *mode = "cold";
static int calls;
static int codes[4] = { 1, 2, 3, 4 };
__thread int depth = 7;
static __thread char tag[8];

NOINLINE static int work(int n)
{
    static int turns;
    static __thread int rounds;
    printf("{\"rule\":\"work\",\"args\":{\"n\":%d,\"calls\":%d,\"turns\":%d,\"limit\":%d,\"level\":%d,\"owner\":\"%s\",\"label\":\"%s\","
        "\"mode\":\"%s\",\"code\":%d,\"depth\":%d,\"tag\":\"%s\",\"rounds\":%d,\"doubled\":%d}}\n",
        n, calls, turns, limit, config.level, config.owner->name, config.label, mode, codes[2], depth, tag, rounds, 2 * calls);
    int before = calls;
    turns++;
    rounds += n;
    calls += n;
    depth += 2 * n;
    config.level++;
    config.owner = &users[turns % 2];
    snprintf(config.label, sizeof config.label, "l%d", turns % 100);
    mode = turns % 2 ? "warm" : "hot";
    codes[2] += n;
    snprintf(tag, sizeof tag, "t%d", (depth & 0xfff) % 1000);
    raise_limit(n);
    printf("{\"rule\":\"after\",\"args\":{\"n\":%d,\"late\":%d,\"before\":%d,\"deep\":%d,\"level\":%d},\"ret\":%d}\n",
        n, calls, before, depth, config.level, turns);
    return turns;
}

static void work_twice(int n)
{
    work(n);
    work(n + 1);
}

static void *in_thread(void *argument)
{
    work_twice(*(int *)argument);
    return NULL;
}

#ifdef WITH_LIBRARY
extern int exported;
void library_touch(int n);
int library_work(int n);
#endif

static void work_in_library(int n)
{
#if defined WITH_LIBRARY
    exported += 100;
    library_touch(n);
    library_work(n);
    library_work(n + 1);
#elif defined OPENED
    void *library = dlopen(OPENED, RTLD_NOW);
    void (*touch)(int) = (void (*)(int))dlsym(library, "library_touch");
    int (*run)(int) = (int (*)(int))dlsym(library, "library_work");
    touch(n);
    run(n);
    run(n + 1);
#endif
}

static void *library_in_thread(void *argument)
{
    work_in_library(*(int *)argument);
    return NULL;
}

static void in_other_thread(void *(*run)(void *), int n)
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, &n);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    work_twice(argc);
    in_other_thread(in_thread, 10);
    work_twice(20);
    work_in_library(1);
    in_other_thread(library_in_thread, 2);
    work_in_library(3);
    same_a(1);
    same_b(1);
    fflush(stdout);
    if (argc == 1)
    {
        pid_t child = fork();
        if (child == 0)
        {
            execl(argv[0], argv[0], "again", NULL);
            _exit(127);
        }

        waitpid(child, NULL, 0);
        work_twice(30);
        work_in_library(4);
    }

    return 0;
}

#endif
