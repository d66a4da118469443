// What programs do that tracers are known to break: lazy binding, exceptions, thread cancellation and exit, contexts, own stack switches,
// signals on other stacks, jumps out of functions, vfork, short-lived processes. Prints what came of each; the same in every run.
#include <atomic>
#include <cfenv>
#include <cmath>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include <dlfcn.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

extern char **environ;

static std::atomic<int> cleaned;

struct Guard { ~Guard() { cleaned++; } };

static void exceptions()
{
    int caught = 0;
    for (int i = 0; i < 3; i++) {
        try {
            Guard guard;
            if (i == 0)
                throw std::runtime_error("own");
            if (i == 1)
                std::stoi("no number");
            std::vector<int>(3).at(7);
        } catch (const std::exception &error) {
            caught += (int)std::strlen(error.what()) > 0;
        }
    }
    try {
        std::vector<int> sorted{3, 1, 2};
        std::qsort(sorted.data(), sorted.size(), sizeof(int), [](const void *, const void *) -> int { throw 5; });
    } catch (int number) {
        caught += number;
    }
    std::printf("exceptions %d cleaned %d\n", caught, cleaned.exchange(0));
}

static void push_clean(void *) { cleaned += 10; }

static void *leave(void *how)
{
    Guard guard;
    pthread_cleanup_push(push_clean, nullptr);
    if ((long)how == 1)
        pthread_exit((void *)7L);
    if ((long)how == 2)
        for (;;)
            pause();
    if ((long)how == 3) {
        char line[8];
        while (fgets(line, sizeof line, stdin) || true)
            usleep(1000);
    }
    pthread_cleanup_pop(0);
    return (void *)1L;
}

static void threads()
{
    for (long how = 0; how < 4; how++) {
        pthread_t thread;
        void *result = nullptr;
        pthread_create(&thread, nullptr, leave, (void *)how);
        if (how >= 2) {
            usleep(20000);
            pthread_cancel(thread);
        }
        pthread_join(thread, &result);
        std::printf("thread %ld result %ld cleaned %d\n", how, (long)result, cleaned.exchange(0));
    }
}

static FILE *lines;

static void *reader(void *)
{
    char line[64];
    while (fgets(line, sizeof line, lines))
        ;
    return nullptr;
}

// A thread is cancelled while it waits for a line; then the stream, whose lock it held, is used by main.
static void cancelled_reader()
{
    int pipes[2];
    pthread_t thread;
    char line[8] = {};
    if (pipe(pipes))
        return;
    lines = fdopen(pipes[0], "r");
    pthread_create(&thread, nullptr, reader, nullptr);
    usleep(20000);
    pthread_cancel(thread);
    pthread_join(thread, nullptr);
    std::fflush(stdout);
    alarm(20);
    if (write(pipes[1], "x\n", 2) == 2 && fgets(line, sizeof line, lines))
        std::printf("main read %s", line);
    alarm(0);
}

static ucontext_t here, there;
static int steps;

static void context_body()
{
    for (int i = 0; i < 3; i++) {
        steps += 1;
        swapcontext(&there, &here);
    }
}

static void contexts()
{
    static char stack[65536];
    getcontext(&there);
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &here;
    makecontext(&there, context_body, 0);
    for (int i = 0; i < 4; i++)
        swapcontext(&here, &there);
    std::printf("contexts %d\n", steps);
}

struct fiber { void *sp; };
extern "C" void hop(fiber *from, fiber *to);
__asm__(".text\n.globl hop\n.type hop,@function\nhop:\n push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n mov %rsp,(%rdi)\n"
        " mov (%rsi),%rsp\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n.size hop,.-hop\n");
static fiber main_fiber, fibers[2];

__attribute__((noipa)) static int step(int who, int n)
{
    volatile int keep = who * 1000 + n;
    hop(&fibers[who], &main_fiber);
    return keep;
}

static int left = 2;
static long sum;
template <int who> static void fiber_body()
{
    for (int i = 0; i < 5; i++)
        sum += step(who, i);
    left--;
    for (;;)
        hop(&fibers[who], &main_fiber);
}

static void make_fiber(fiber *one, void (*body)())
{
    size_t size = 256 * 1024;
    char *stack = (char *)mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void **top = (void **)(stack + size - 64);
    *--top = nullptr;
    *--top = (void *)body;
    for (int i = 0; i < 6; i++)
        *--top = nullptr;
    one->sp = top;
}

static void own_stacks()
{
    make_fiber(&fibers[0], fiber_body<0>);
    make_fiber(&fibers[1], fiber_body<1>);
    while (left)
        for (auto &one : fibers)
            hop(&main_fiber, &one);
    std::printf("fibers %ld\n", sum);
}

static std::atomic<int> handled;
__attribute__((noipa)) static int helper(int n) { volatile int k = n; return k + 1; }
static void on_signal(int) { handled += helper(41); }
static sigjmp_buf back;
static void on_fault(int) { siglongjmp(back, 3); }

static void *signals_on_another_stack(void *stack)
{
    stack_t alternate = {};
    alternate.ss_sp = stack;
    alternate.ss_size = 65536;
    sigaltstack(&alternate, nullptr);
    for (int i = 0; i < 3; i++)
        raise(SIGUSR1);
    return nullptr;
}

static void signals()
{
    char *memory = (char *)mmap(nullptr, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &action, nullptr);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, memory, 1 << 20);
    pthread_t thread;
    pthread_create(&thread, &attributes, signals_on_another_stack, memory + (2 << 20));
    pthread_join(thread, nullptr);
    action.sa_handler = on_fault;
    sigaction(SIGSEGV, &action, nullptr);
    int jumped = sigsetjmp(back, 1);
    if (!jumped)
        *(volatile int *)memory = *(volatile int *)8;
    std::printf("signals %d jumped %d\n", handled.load(), jumped);
}

static jmp_buf out;
__attribute__((noipa)) static void deeper(int n)
{
    if (n == 0)
        longjmp(out, 9);
    volatile char frame[64] = {};
    deeper(n - 1 + frame[3]);
}

__attribute__((noipa)) static int recurse(int n)
{
    if (n == 0)
        return 0;
    volatile int below = recurse(n - 1);
    return below + 1;
}

static void jumps()
{
    volatile int times = 0;
    int how = setjmp(out);
    if (times++ < 3)
        deeper(10);
    std::printf("jumps %d times %d depth %d\n", how, (int)times, recurse(200));
}

static void processes()
{
    std::fflush(stdout);
    int codes = 0;
    for (int i = 0; i < 3; i++) {
        int status = 0;
        pid_t child = vfork();
        if (child == 0)
            _exit(20 + i);
        waitpid(child, &status, 0);
        codes += WEXITSTATUS(status);
        child = fork();
        if (child == 0)
            exit((int)std::to_string(1000).size());
        waitpid(child, &status, 0);
        codes += WEXITSTATUS(status);
    }
    const char *arguments[] = {"/proc/self/exe", "child", nullptr};
    pid_t spawned;
    int status = 0;
    std::fflush(stdout);
    if (posix_spawn(&spawned, "/proc/self/exe", nullptr, nullptr, (char **)arguments, environ) == 0)
        waitpid(spawned, &status, 0);
    std::printf("processes %d spawned %d\n", codes, WEXITSTATUS(status));
}

static void libraries()
{
    auto *cosine = (double (*)(double))dlsym(RTLD_DEFAULT, "cos");
    double total = cosine ? cosine(0.5) : 0;
    for (double x : {0.3, 1.7, 25.0})
        total += std::sin(x) + std::exp(x / 9) + std::lgamma(x) + std::cbrt(x) + std::fma(x, x, 1) + std::erf(x) + std::pow(x, 0.3) + std::remainder(x, 0.7);
    std::map<std::string, int> words;
    std::istringstream text("the quick brown fox jumps over the lazy dog the end");
    for (std::string word; text >> word;)
        words[word]++;
    std::smatch match;
    std::string subject = "order 4711 of kim";
    std::regex_search(subject, match, std::regex("([0-9]+) of (\\w+)"));
    std::ostringstream shown;
    shown.precision(12);
    shown << total << ' ' << words["the"] << ' ' << match[2] << ' ' << std::make_shared<std::string>(40, 'x')->size();
    std::printf("libraries %s\n", shown.str().c_str());
    std::atomic<int> count{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 4; i++)
        all.emplace_back([&] { for (int k = 0; k < 50; k++) count += helper(k) > 0; });
    for (auto &one : all)
        one.join();
    std::printf("counted %d\n", count.load());
}

int main(int argc, char **)
{
    if (argc > 1) {
        std::puts("short-lived");
        return 12;
    }
    exceptions();
    threads();
    cancelled_reader();
    contexts();
    own_stacks();
    signals();
    jumps();
    processes();
    libraries();
    std::puts("done");
    return 0;
}
