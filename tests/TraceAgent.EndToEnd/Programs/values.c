/* Calls functions with values of every type that lies in a register, on the stack or in a structure. For each call it
   prints the values as a line about it should show them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#define CALLED __attribute__((noipa))

/* The registers hold more than the types that the rules give: what is above them must not show. */
CALLED long Signed(long a, long b, long c, long d) { return a ^ (b ^ b) ^ (c ^ c) ^ (d ^ d); }
CALLED long Unsigned(long a, long b, long c, long d) { return d | (a ^ a) | (b ^ b) | (c ^ c); }
CALLED long Truth(long truth, long letter) { return truth ^ (letter ^ letter); }
CALLED long Place(long pointer, long hex) { return hex ^ (pointer ^ pointer); }
CALLED long Fail(long number) { return number; }
CALLED long Method(long method) { return method; }
CALLED long Raise(long signal) { return signal; }
CALLED long Address(uint32_t v4, const void *v6) { return v4 ^ ((long)v6 ^ (long)v6); }
CALLED long Connect(const struct sockaddr *address) { return address == NULL; }
CALLED long Sum(long a, long b, long c, long d, long e, long f, long g, long h, const char *i, long j, long k, long l)
{
    return a + b + c + d + e + f + g + h + j + k + l + (i == NULL);
}

struct request {
    int16_t parts[4];
    uint8_t small;
    int32_t status;
    const char *user;
    struct request *next;
    uint64_t size;
    bool *flag;
};

CALLED long Handle(struct request *request, long index) { return request->status + index; }
CALLED ssize_t Prototype(int file, const char *buffer, size_t count, unsigned char flags, void (*done)(int), ...)
{
    return (ssize_t)count - file - flags - (buffer == NULL) - (done == NULL);
}

static const char *Truthful(bool value) { return value ? "true" : "false"; }

/* Numbers above 2^63 - 1 are texts. */
static const char *Number(uint64_t value)
{
    static char text[32];

    snprintf(text, sizeof text, value > INT64_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, value);
    return text;
}

static const char *Letter(unsigned char letter)
{
    static char text[16];

    if (letter < ' ' || letter > '~')
        snprintf(text, sizeof text, "\\\\x%02x", letter);
    else
        snprintf(text, sizeof text, letter == '"' || letter == '\\' ? "\\%c" : "%c", letter);
    return text;
}

static void numbers(void)
{
    static const long values[] = {0, 1, -1, 127, 128, -128, 255, 256, 32767, 32768, -32768, 65535, INT_MAX, (long)INT_MAX + 1,
                                  INT_MIN, UINT_MAX, LONG_MAX, LONG_MIN, 0x1234567890abcdef, -0x1234567890abcdef};
    static const long errors[] = {0, 1, ENOENT, -EAGAIN, EINVAL, -1, 4000, 100000, -100000};
    static const char *names[] = {"0", "\"EPERM\"", "\"ENOENT\"", "\"EAGAIN\"", "\"EINVAL\"", "\"EPERM\""};
    static const long numbers[] = {0, 1, ENOENT, EAGAIN, EINVAL, 1, 4000, 100000, -100000};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        long v = values[i], w = values[sizeof values / sizeof *values - 1 - i];

        printf("{\"rule\":\"signed\",\"args\":{\"a\":%d,\"b\":%d,\"c\":%d,\"d\":%ld},\"ret\":%d}\n",
               (int8_t)v, (int16_t)v, (int32_t)v, v, (int16_t)Signed(v, v, v, v));
        printf("{\"rule\":\"unsigned\",\"args\":{\"a\":%u,\"b\":%u,\"c\":%u,\"d\":%s},", (uint8_t)v, (uint16_t)w, (uint32_t)v, Number(v));
        printf("\"ret\":%s}\n", Number(Unsigned(v, w, v, v)));
        printf("{\"rule\":\"truth\",\"args\":{\"truth\":%s,\"letter\":\"%s\"},", Truthful((uint8_t)v != 0), Letter((unsigned char)w));
        printf("\"ret\":%s}\n", Truthful((uint8_t)Truth(v, w) != 0));
        printf("{\"rule\":\"place\",\"args\":{\"pointer\":\"0x%lx\",\"hex\":\"0x%lx\"},\"ret\":\"0x%lx\"}\n", v, w, Place(v, w));
    }
    for (int letter = 0; letter < 256; letter++)
        printf("{\"rule\":\"truth\",\"args\":{\"truth\":%s,\"letter\":\"%s\"},\"ret\":%s}\n",
               Truthful(letter & 1), Letter((unsigned char)letter), Truthful((uint8_t)Truth((letter & 1) | (letter << 8), letter) != 0));
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        Fail((errors[i] & 0xffffffff) | 0x5a00000000);
        printf("{\"rule\":\"fail\",\"args\":{},\"ret\":%ld", numbers[i]);
        if (i > 0 && i < sizeof names / sizeof *names)
            printf(",\"errno\":{\"ret\":%s}", names[i]);
        printf("}\n");
    }
    for (int signal = -1; signal < 35; signal++) {
        /* The C library's name of SIGIO is the other one, SIGPOLL. */
        const char *name = signal == SIGIO ? "IO" : sigabbrev_np(signal);

        Raise(0x5500000000 | (unsigned)signal);
        if (name != NULL)
            printf("{\"rule\":\"raise\",\"args\":{\"signal\":\"SIG%s\"}}\n", name);
        else
            printf("{\"rule\":\"raise\",\"args\":{\"signal\":%d}}\n", signal);
    }
    for (long method = -2; method < 4; method++) {
        static const char *shown[] = {"-2", "\"none\"", "\"GET\"", "\"POST\"", "2", "\"it's\""};

        Method((method & 0xffffffff) | 0x7700000000);
        /* The newest of two probes of a function is hit first. */
        printf("{\"rule\":\"method-text\",\"args\":{\"method\":%s}}\n", shown[method + 2]);
        printf("{\"rule\":\"method\",\"args\":{\"method\":%s}}\n", shown[method + 2]);
    }
}

static void connect_to(const void *address, size_t size, const char *shown)
{
    /* As large as the caller may have it, and nothing after it is of any meaning. */
    struct sockaddr_storage storage;

    memset(&storage, 0x41, sizeof storage);
    memcpy(&storage, address, size);
    Connect((struct sockaddr *)&storage);
    printf("{\"rule\":\"connect\",\"args\":{\"address\":\"%s\"}}\n", shown);
}

/* With nothing mapped after the bytes that the family needs, and with fewer than those. */
static void at_page_end(void)
{
    static const struct sockaddr_in inet = {.sin_family = AF_INET, .sin_addr = {0x04030201}, .sin_port = 0x5000};
    static const struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = 0x5000};
    static const struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/run/a"};
    static const struct { const void *address; size_t size; const char *shown, *problem; } calls[] = {
        {&inet, sizeof inet, "\"1.2.3.4:80\"", ""}, {&inet, 8, "\"1.2.3.4:80\"", ""}, {&inet, 7, "null", "fault"},
        {&inet, 2, "null", "fault"}, {&inet, 1, "null", "fault"}, {&inet6, sizeof inet6, "\"[::1]:80\"", ""}, {&inet6, 27, "null", "fault"},
        {&path, 9, "\"/run/a\"", ""}, {&path, 8, "\"/run/a\"", "truncated,fault"}, {&path, 5, "\"/ru\"", "truncated,fault"}};
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    munmap(page + 4096, 4096);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        memcpy(page + 4096 - calls[i].size, calls[i].address, calls[i].size);
        Connect((struct sockaddr *)(page + 4096 - calls[i].size));
        printf("{\"rule\":\"connect\",\"args\":{\"address\":%s}", calls[i].shown);
        printf(*calls[i].problem ? ",\"problems\":{\"address\":\"%s\"}}\n" : "%s}\n", calls[i].problem);
    }
}

static void addresses(void)
{
    static const char *v4[] = {"0.0.0.0", "127.0.0.1", "255.255.255.255", "10.1.200.3"};
    static const char *v6[] = {"::", "::1", "2001:db8::ff00:42:8329", "fe80::1", "::ffff:1.2.3.4"};
    char text[200], shown[100];

    for (int i = 0; i < 5; i++) {
        struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = htons(80 + 300 * i)};
        struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_port = htons(65535 - i), .sin6_scope_id = i == 3 ? 7 : 0};

        inet_pton(AF_INET, v4[i % 4], &inet.sin_addr);
        inet_pton(AF_INET6, v6[i], &inet6.sin6_addr);
        Address(inet.sin_addr.s_addr, &inet6.sin6_addr);
        inet_ntop(AF_INET6, &inet6.sin6_addr, shown, sizeof shown);
        printf("{\"rule\":\"address\",\"args\":{\"v4\":\"%s\",\"v6\":\"%s\"}}\n", v4[i % 4], shown);
        snprintf(text, sizeof text, "%s:%d", v4[i % 4], 80 + 300 * i);
        connect_to(&inet, sizeof inet, text);
        snprintf(text, sizeof text, "[%s%s]:%d", shown, i == 3 ? "%7" : "", 65535 - i);
        connect_to(&inet6, sizeof inet6, text);
    }
    connect_to(&(struct sockaddr_un){.sun_family = AF_UNIX, .sun_path = "/run/some.sock"}, sizeof(struct sockaddr_un), "/run/some.sock");
    connect_to(&(struct sockaddr_un){.sun_family = AF_UNIX, .sun_path = "\0hidden"}, sizeof(struct sockaddr_un), "@hidden");
    connect_to(&(struct sockaddr){.sa_family = AF_APPLETALK}, sizeof(struct sockaddr), "family 5");
    at_page_end();
    Connect(NULL);
    printf("{\"rule\":\"connect\",\"args\":{\"address\":null},\"problems\":{\"address\":\"null\"}}\n");
}

static void many(void)
{
    for (int i = 0; i < 4; i++) {
        long v = i * 0x7654321fedcba - 0x10123456789abcd;
        long sum = Sum(1, 2, 3, 4, 5, v, v + 1, v + 2, i == 3 ? NULL : &"stacked"[i], 'a' + i, v & 0x101, v);

        printf("{\"rule\":\"sum\",\"args\":{\"f\":%ld,\"g\":%d,\"h\":%u,\"i\":", v, (int8_t)(v + 1), (uint16_t)(v + 2));
        printf(i == 3 ? "null" : "\"%s\"", &"stacked"[i]);
        printf(",\"j\":\"%c\",\"k\":%s,\"l\":%d},\"ret\":%ld", 'a' + i, Truthful(v & 1), (int32_t)v, sum);
        printf("%s}\n", i == 3 ? ",\"problems\":{\"i\":\"null\"}" : "");
    }
}

static void expressions(void)
{
    bool flags[] = {false, true};
    struct request last = {.parts = {-5, 6, -7, 8}, .small = 200, .status = -404, .user = "inner", .size = UINT64_MAX, .flag = &flags[1]};
    struct request first = {.parts = {1, -2, 3, -4}, .small = 7, .status = 500, .user = "outer", .next = &last, .size = 12, .flag = &flags[0]};

    _Static_assert(offsetof(struct request, status) == 12 && offsetof(struct request, user) == 16 && offsetof(struct request, next) == 24 &&
                   offsetof(struct request, size) == 32 && offsetof(struct request, flag) == 40, "the rules have these numbers");
    for (long i = 0; i < 8; i++) {
        struct request *r = i < 4 ? &first : &last;
        long k = i % 4, ret = Handle(r, k);

        printf("{\"rule\":\"handle\",\"args\":{\"request\":\"0x%lx\",\"index\":%ld,\"status\":%d,\"part\":%d,\"small\":%u,\"user\":\"%s\",", (long)r, k,
               r->status, r->parts[k], r->small, r->user);
        printf("\"size\":%s,\"flag\":%s,\"letter\":\"%c\",\"halved\":%ld,\"rest\":%ld,\"mixed\":%ld,\"failed\":%s,\"whole\":%ld,", Number(r->size),
               Truthful(*r->flag), r->user[k], (long)r->status / 7, (long)r->status % 7, ((long)r->parts[k] * 3 - k) << 2 ^ 0x55,
               Truthful(r->status < 0 || (k > 1 && !(k == 2))), ret * 2);
        if (r->next)
            printf("\"next\":%d},\"ret\":%ld}\n", r->next->status, ret);
        else
            printf("\"next\":null},\"ret\":%ld,\"problems\":{\"next\":\"fault\"}}\n", ret);
    }
}

static void prototype(void)
{
    static const struct { int file; const char *buffer; size_t count; } calls[] = {{1, "text", 5}, {-1, "", SIZE_MAX}, {INT_MIN, NULL, 0}};

    for (int i = 0; i < 3; i++) {
        long ret = Prototype(calls[i].file, calls[i].buffer, calls[i].count, 250 + i, NULL, 3);

        printf("{\"rule\":\"prototype\",\"args\":{\"file\":%d,\"buffer\":", calls[i].file);
        printf(calls[i].buffer ? "\"%s\"" : "null", calls[i].buffer);
        printf(",\"count\":%s,\"flags\":%d,\"done\":\"0x0\"},\"ret\":%ld%s}\n", Number(calls[i].count), 250 + i, ret,
               calls[i].buffer ? "" : ",\"problems\":{\"buffer\":\"null\"}");
    }
}

int main(void)
{
    numbers();
    addresses();
    many();
    expressions();
    prototype();
    return 0;
}
