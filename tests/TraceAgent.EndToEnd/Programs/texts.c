/* Calls functions with texts and bytes in every kind of memory. For each call it prints the values as a line about it should
   show them. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CALLED __attribute__((noipa))
#define PAGE 4096

/* None of them looks at what it is given. */
CALLED const char *Text(const char *text) { return text; }
CALLED const char *Give(const char *text) { return text; }
CALLED long Long(const char *text) { return text != NULL; }
CALLED long Chain(const void *chain) { return chain != NULL; }
CALLED long Send(const void *buffer, long count) { return buffer == NULL ? -1 : count; }
CALLED void Pass(const void *buffer, size_t size) { (void)buffer, (void)size; }
CALLED long Receive(char *buffer, long size, long filled)
{
    for (long i = 0; i < filled && i < size; i++)
        buffer[i] = (char)(0xa0 + i);
    return filled;
}

static const struct {
    char before[32 * PAGE];
    char text[32];
    char after[32 * PAGE];
} desert __attribute__((aligned(PAGE))) = {.before = "x", .text = "an oasis"};

static void text(const char *at, const char *shown, const char *problem)
{
    Text(at);
    if (strcmp(problem, "fault") == 0 || strcmp(problem, "null") == 0)
        printf("{\"rule\":\"text\",\"args\":{\"text\":null},\"ret\":null,\"problems\":{\"text\":\"%s\",\"ret\":\"%s\"}}\n", problem, problem);
    else if (*problem)
        printf("{\"rule\":\"text\",\"args\":{\"text\":\"%s\"},\"ret\":\"%s\",\"problems\":{\"text\":\"%s\",\"ret\":\"%s\"}}\n", shown, shown,
               problem, problem);
    else
        printf("{\"rule\":\"text\",\"args\":{\"text\":\"%s\"},\"ret\":\"%s\"}\n", shown, shown);
}

static void give(const char *at, const char *shown)
{
    Give(at);
    printf("{\"rule\":\"give\",\"args\":{},\"ret\":\"%s\"}\n", shown);
}

/* Pages of a file in which every page begins and ends with a text, and none of which this program has touched. */
static char *untouched(int pages)
{
    static int file = -1;
    char *at;

    if (file < 0) {
        char page[PAGE] = "begin", name[] = "/tmp/texts-XXXXXX";

        memcpy(page + 100, "in the middle", 14);
        /* The last text goes on in the next page. */
        memcpy(page + PAGE - 3, "end", 3);
        file = mkstemp(name);
        unlink(name);
        for (int i = 0; i < 16; i++)
            if (write(file, page, PAGE) != PAGE)
                abort();
        fsync(file);
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    }
    at = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (at == MAP_FAILED)
        abort();
    return at;
}

static void texts(void)
{
    text("", "", "");
    text("short", "short", "");
    text("exactly 16 bytes", "exactly 16 bytes", "");
    text("seventeen bytes !", "seventeen bytes ", "truncated");
    text("gr\xc3\xbc\xc3\x9f \xe2\x82\xac", "gr\\u00fc\\u00df \\u20ac", "");
    text("\xf0\x9f\x90\x9d\"\\\n\x01", "\\ud83d\\udc1d\\\"\\\\\\n\\u0001", "");
    text("exactly 14 to \xe2\x82\xac", "exactly 14 to ", "truncated");
    text("bad \xff\xc3 byte", "bad \\ufffd\\ufffd byte", "invalid_utf8");
    text("\xe2\x82", "\\ufffd", "invalid_utf8");
    text("\xff then too long to be kept", "\\ufffd then too long ", "truncated,invalid_utf8");
    text(NULL, "", "null");
    text((const char *)1, "", "fault");
    text((const char *)0x7ffffffff000, "", "fault");
    text((const char *)0xffffffff81000000, "", "fault");
    text((const char *)0x4141414141414141, "", "fault");
}

static void pages(void)
{
    char *at = untouched(1), *edge;
    void **chain;

    text(at + 100, "in the middle", "");
    give(untouched(1) + 100, "in the middle");
    text(untouched(1), "begin", "");
    text(desert.text, "an oasis", "");
    madvise(at, PAGE, MADV_PAGEOUT);
    text(at + 100, "in the middle", "");

    /* Written, so no copy of it is in a file; given back to the kernel where there is swap. */
    edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(edge, "anonymous");
    madvise(edge, PAGE, MADV_PAGEOUT);
    text(edge, "anonymous", "");
    memcpy(edge + PAGE - 5, "last", 5);
    munmap(edge + PAGE, PAGE);
    text(edge + PAGE - 5, "last", "");
    text(edge + PAGE - 1, "", "");
    edge[PAGE - 1] = '!';
    text(edge + PAGE - 5, "last!", "truncated,fault");
    text(edge + PAGE - 1, "!", "truncated,fault");
    memcpy(edge + PAGE - 3, "\xe2\x82", 2);
    text(edge + PAGE - 5, "la\\ufffd!", "truncated,fault,invalid_utf8");
    edge[PAGE - 1] = '\xe2';
    text(edge + PAGE - 5, "la\\ufffd", "truncated,fault,invalid_utf8");
    memset(edge + PAGE - 20, 'k', 20);
    text(edge + PAGE - 16, "kkkkkkkkkkkkkkkk", "truncated,fault");
    text(edge + PAGE - 18, "kkkkkkkkkkkkkkkk", "truncated");
    text(edge + PAGE, "", "fault");

    /* From one page that is there, and from one that is not, into one that is not. */
    at = untouched(2);
    *(volatile char *)at;
    madvise(at + PAGE, PAGE, MADV_DONTNEED);
    text(at + PAGE - 3, "endbegin", "");
    text(untouched(2) + PAGE - 3, "endbegin", "");
    give(untouched(2) + PAGE - 3, "endbegin");

    /* The end of the last page of a file that nobody has touched: what follows is not mapped. */
    at = untouched(3);
    munmap(at + 2 * PAGE, PAGE);
    text(at + 2 * PAGE - 3, "end", "truncated,fault");
    munmap(at + PAGE, PAGE);
    text(at + 100, "in the middle", "");

    /* A text of thousands of bytes in two pages, of which the second is untouched. */
    at = untouched(3);
    memset(at + 50, 'q', PAGE - 50);
    madvise(at + PAGE, PAGE, MADV_DONTNEED);
    Long(at + 50);
    printf("{\"rule\":\"long\",\"args\":{\"text\":\"");
    for (int i = 50; i < PAGE; i++)
        putchar('q');
    printf("begin\"}}\n");
    at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(at, 'z', 2 * PAGE);
    Long(at + 7);
    printf("{\"rule\":\"long\",\"args\":{\"text\":\"");
    for (int i = 0; i < PAGE; i++)
        putchar('z');
    printf("\"},\"problems\":{\"text\":\"truncated\"}}\n");

    /* A pointer to a pointer to a text, each in a page that is paged out where that is possible. */
    chain = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    chain[1] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ((void **)chain[1])[2] = untouched(1) + 100;
    madvise(chain[1], PAGE, MADV_PAGEOUT);
    madvise(chain, PAGE, MADV_PAGEOUT);
    Chain(chain);
    printf("{\"rule\":\"chain\",\"args\":{\"chain\":\"%p\",\"text\":\"in the middle\",\"letter\":\"m\"}}\n", (void *)chain);
    Chain(desert.after);
    printf("{\"rule\":\"chain\",\"args\":{\"chain\":\"%p\",\"text\":null,\"letter\":null},\"problems\":{\"text\":\"fault\",\"letter\":\"fault\"}}\n",
           (const void *)desert.after);
}

static void bytes(void)
{
    static const char data[] = "\x00\x01\xfe\xff, and more";
    static const struct { long count; const char *shown, *rest; } sends[] = {
        {5, "0001feff2c", ""}, {0, "", ""}, {-1, "", ""}, {8, "0001feff2c20616e", ""},
        {9, "0001feff2c20616e", ",\"lengths\":{\"all\":9},\"problems\":{\"all\":\"truncated\"}"}};
    static const struct { long filled; const char *shown, *rest; } receives[] = {
        {3, "a0a1a2", ""}, {0, "", ""}, {-1, "", ""}, {4, "a0a1a2a3", ""},
        {6, "a0a1a2a3", ",\"lengths\":{\"buffer\":6},\"problems\":{\"buffer\":\"truncated\"}"}};
    static const struct { size_t size; const char *shown, *rest; } passed[] = {
        {2, "\"0001\",\"size\":2", ""},
        {SIZE_MAX, "\"0001feff\",\"size\":\"18446744073709551615\"", ",\"lengths\":{\"buffer\":2147483647},\"problems\":{\"buffer\":\"truncated\"}"},
        {1UL << 63, "\"0001feff\",\"size\":\"9223372036854775808\"", ",\"lengths\":{\"buffer\":2147483647},\"problems\":{\"buffer\":\"truncated\"}"}};
    char *edge;

    for (int i = 0; i < 3; i++) {
        Pass(data, passed[i].size);
        printf("{\"rule\":\"pass\",\"args\":{\"buffer\":%s}%s}\n", passed[i].shown, passed[i].rest);
    }
    for (int i = 0; i < 5; i++) {
        char buffer[16];
        long ret = Send(data, sends[i].count);

        printf("{\"rule\":\"send\",\"args\":{\"buffer\":\"0001feff\",\"count\":%ld,\"all\":\"%s\"},\"ret\":%ld%s}\n", sends[i].count,
               sends[i].shown, ret, sends[i].rest);
        ret = Receive(buffer, sizeof buffer, receives[i].filled);
        printf("{\"rule\":\"receive\",\"args\":{\"buffer\":\"%s\"},\"ret\":%ld%s}\n", receives[i].shown, ret, receives[i].rest);
    }
    Send(NULL, 4);
    printf("{\"rule\":\"send\",\"args\":{\"buffer\":null,\"count\":4,\"all\":null},\"ret\":-1,\"problems\":{\"buffer\":\"null\",\"all\":\"null\"}}\n");
    Send((void *)16, 4);
    printf("{\"rule\":\"send\",\"args\":{\"buffer\":null,\"count\":4,\"all\":null},\"ret\":4,\"problems\":{\"buffer\":\"fault\",\"all\":\"fault\"}}\n");
    edge = untouched(2);
    munmap(edge + PAGE, PAGE);
    Send(edge + PAGE - 2, 3);
    printf("{\"rule\":\"send\",\"args\":{\"buffer\":\"6e64\",\"count\":3,\"all\":\"6e64\"},\"ret\":3,\"lengths\":{\"buffer\":4,\"all\":3},"
           "\"problems\":{\"buffer\":\"truncated,fault\",\"all\":\"truncated,fault\"}}\n");
    Send(edge + PAGE - 2, 100);
    printf("{\"rule\":\"send\",\"args\":{\"buffer\":\"6e64\",\"count\":100,\"all\":\"6e64\"},\"ret\":100,\"lengths\":{\"buffer\":4,\"all\":100},"
           "\"problems\":{\"buffer\":\"truncated,fault\",\"all\":\"truncated,fault\"}}\n");
    Send(untouched(2) + PAGE - 2, 4);
    printf("{\"rule\":\"send\",\"args\":{\"buffer\":\"6e646265\",\"count\":4,\"all\":\"6e646265\"},\"ret\":4}\n");
}

int main(void)
{
    texts();
    pages();
    bytes();
    return 0;
}
