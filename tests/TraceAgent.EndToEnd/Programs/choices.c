/* Calls Choose with numbers, texts and structures, and prints for each call which conditions hold for it, as C computes them.
   The names and conditions are those of ConditionTests. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

struct box {
    int32_t code;
    uint8_t level;
    const char *label;
};

/* Ignores what it points to: some of it is nowhere. It also takes its time when it is told to. */
__attribute__((noipa)) long Choose(long number, const char *path, const struct box *box, unsigned short width, int call)
{
    if (width == 777)
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    return number * 3 - width + (call ^ call) + (path == NULL) + (box == NULL);
}

static int total;

static void choose(long number, const char *path, const struct box *box, unsigned short width, int readable, const char *comm)
{
    long ret = Choose(number, path, box, width, ++total);
    const char *text = readable & 1 ? path : NULL;
    const struct box *at = readable & 2 ? box : NULL;
    int star = text && fnmatch("/api/*", text, 0) == 0;
    char head[256];

    /* As much of a text as is searched. */
    snprintf(head, sizeof head, "%s", text ? text : "");

#define SAY(name, holds) if (holds) printf(" " name)
    printf("%d", total);
    SAY("less", number < 0);
    SAY("unsigned", (uint64_t)number > 1000);
    SAY("width", width == 65535);
    SAY("between", number >= 10 && number < 20);
    SAY("bits", (number & 5) == 4 && number % 3 != 0);
    SAY("equal", text && strcmp(text, "/api/users") == 0);
    /* A text that cannot be read passes no condition; NULL is a text that is like no other. */
    SAY("unequal", !path || (text && strcmp(text, "/api/users") != 0));
    SAY("empty", text && *text == 0);
    SAY("prefix", star);
    SAY("suffix", text && fnmatch("*.html", text, 0) == 0);
    SAY("middle", text && fnmatch("/api/*.html", text, 0) == 0);
    SAY("within", text && fnmatch("*a-path*", head, 0) == 0);
    SAY("outermost", text && fnmatch("/*i/*", head, 0) == 0);
    SAY("beyond", text && strlen(text) < 256 && fnmatch("/a*e*s", text, 0) == 0);
    SAY("caseless", text && fnmatch("*.HTML", head, FNM_CASEFOLD) == 0 && strlen(text) < 256);
    SAY("alike", text && strcasecmp(text, "/API/Users") == 0);
    SAY("hidden", text && fnmatch("*USER*", head, FNM_CASEFOLD) == 0);
    SAY("anything", text != NULL);
    SAY("guarded", box && at && at->code == 500);
    SAY("either", number == 1 || (at && at->level > 100));
    SAY("absent", !box || (at && at->code == 500));
    SAY("decided", number == 1 || (at && at->level > 100));
    SAY("shifted", (((int64_t)((uint64_t)number << 2) ^ 5) | 1) > 40);
    SAY("halved", number >> 1 <= 6 && (int64_t)(6 - (uint64_t)number) >= ~(long)width);
    SAY("neither", !(number == 1 || number == 2) && width < 100);
    SAY("label", at && at->label && strcmp(at->label, "gold") == 0);
    SAY("letter", text && text[0] == '/');
    SAY("comm", strcmp(comm, "worker") == 0);
    SAY("family", strncmp(comm, "choi", 4) == 0);
    SAY("pid", 1);
    SAY("thread", strstr(comm, "oi") != NULL);
    SAY("nobody", 0);
    SAY("result", ret > 100 && star);
    SAY("slow", width == 777 && star);
    SAY("hasty", 0);
    SAY("captured", at && at->code + number > 500);
    printf("\n");
}

static void calls(const char *comm)
{
    static const char *paths[] = {"/api/users", "/api/", "/api", "/api/index.html", "index.html", ".html", "/", "", "/api/users/", "/api/.html",
                                  "/api/a-path-that-is-longer-than-any-pattern-can-be-and-goes-on-for-more-than-sixty-four-bytes"};
    static char longer[3][400];
    static const long numbers[] = {0, 1, 2, -1, 4, 10, 12, 19, 20, 1000, 1001, INT64_MAX, INT64_MIN, 500, 36};
    static const struct box boxes[] = {{500, 7, "gold"}, {499, 200, "goldfish"}, {-500, 100, NULL}};
    char *page, name[] = "/tmp/choices-XXXXXX";
    int file = mkstemp(name);

    unlink(name);
    prctl(PR_SET_NAME, comm);
    for (int i = 0; i < 15 * 11; i++) {
        static const unsigned short widths[] = {0, 99, 100, 65535, 10};

        choose(numbers[i % 15], paths[i % 11], i % 4 == 3 ? NULL : &boxes[i % 4], widths[i % 5], i % 4 == 3 ? 1 : 3, comm);
    }
    for (int i = 0; i < 4; i++)
        choose(50, paths[i], &boxes[0], 777, 3, comm);
    /* Texts with something at the end of what is searched, and after that. */
    for (int i = 0; i < 3; i++) {
        memset(longer[i], '-', 300);
        memcpy(longer[i], "/API/", 5);
        memcpy(longer[i] + 247 + i, "a-path.HtMl/uSeRs", 17);
        choose(70 + i, longer[i], NULL, 3, 1, comm);
        longer[i][255] = 0;
        choose(80 + i, longer[i], NULL, 3, 1, comm);
    }
    choose(1, NULL, NULL, 3, 0, comm);
    choose(1, (const char *)1, (const struct box *)1, 3, 0, comm);
    choose(3, paths[0], (const struct box *)1, 3, 1, comm);

    /* A text that goes from one untouched page into another. */
    if (ftruncate(file, 2 * PAGE) || pwrite(file, "/api/users", 11, PAGE - 4) != 11)
        abort();
    page = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, file, 0);
    choose(60, page + PAGE - 4, NULL, 3, 1, comm);
    munmap(page, 2 * PAGE);
    close(file);
}

int main(void)
{
    calls("choices");
    calls("worker");
    calls("choir");
    return 0;
}
