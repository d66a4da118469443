/* Calls functions that write through their arguments, its own and those of the C library. For each call it prints the values as a
   line about it should show them when the function has returned. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fnmatch.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALLED __attribute__((noipa))
#define PAGE 4096

struct box {
    char *text;
    int number;
};

CALLED long Fill(char *out, const char *from, int *count)
{
    *count = (int)strlen(from);
    strcpy(out, from);
    return -1;
}

CALLED long Chosen(char *out, const char *from) { return strcpy(out, from) == out; }
CALLED long Twice(char *out, const char *from) { return strcpy(out, from) == out; }

CALLED long Ninth(long a, long b, long c, long d, long e, long f, long g, long h, struct box *box)
{
    box->text = h ? "odd" : "even";
    box->number += (int)(a + b + c + d + e + f + g);
    return 0;
}

/* Forgets where it was told to write. */
CALLED long Named(struct box *box, int more)
{
    box->text = "named";
    box->number += more;
    box = NULL;
    return more + (box == NULL);
}

/* What was there when it was called is gone when it returns, and the other way round. */
CALLED long Take(char *page) { return munmap(page, PAGE); }

CALLED long Give(char *at)
{
    char *page = mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    strcpy(page, "given");
    return page == at;
}

static void own(void)
{
    static const char *texts[] = {"after", "", "another text", "a"};
    char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), out[64] = "before", other[64];
    struct box box = {"none", 1};

    for (int i = 0; i < 4; i++) {
        int count = -i;

        printf("{\"rule\":\"fill\",\"args\":{\"out\":\"%s\",\"from\":\"%s\",\"count\":\"%p\",\"n\":%zu,\"was\":%d,\"counted\":\"%s\"},\"ret\":-1}\n",
               texts[i], texts[i], (void *)&count, strlen(texts[i]), count, texts[i]);
        Fill(other, texts[i], &count);
        if (fnmatch("a*r", texts[i], 0) == 0)
            printf("{\"rule\":\"chosen\",\"args\":{\"out\":\"%s\",\"from\":\"%s\"},\"ret\":1}\n", texts[i], texts[i]);
        Chosen(other, texts[i]);
        printf("{\"rule\":\"twice\",\"args\":{\"out\":\"%p\",\"before\":\"%s\",\"after\":\"%s\"},\"ret\":1}\n", (void *)out, out, texts[i]);
        Twice(out, texts[i]);
        printf("{\"rule\":\"ninth\",\"args\":{\"box\":\"%p\",\"text\":\"%s\",\"number\":%d,\"was\":%d},\"ret\":0}\n", (void *)&box, i % 2 ? "odd" : "even",
               box.number + 28, box.number);
        Ninth(1, 2, 3, 4, 5, 6, 7, i % 2, &box);
    }
    for (int i = 0; i < 3; i++) {
        struct box given = {"given", i};

        printf("{\"rule\":\"named\",\"args\":{\"box\":\"%p\",\"more\":%d,\"text\":\"named\",\"before\":\"given\",\"number\":%d,\"was\":%d},\"ret\":%d}\n",
               (void *)&given, i * 7, i * 8, i, i * 7 + 1);
        Named(&given, i * 7);
    }
    strcpy(page, "taken");
    printf("{\"rule\":\"take\",\"args\":{\"page\":\"%p\",\"before\":\"taken\",\"after\":null},\"ret\":0,\"problems\":{\"after\":\"fault\"}}\n", (void *)page);
    Take(page);
    printf("{\"rule\":\"give\",\"args\":{\"page\":\"%p\",\"before\":null,\"after\":\"given\"},\"ret\":1,\"problems\":{\"before\":\"fault\"}}\n", (void *)page);
    Give(page);
}

static void library(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, from;
    socklen_t size = sizeof address;
    struct addrinfo *found = NULL;
    char folder[PAGE] = "nothing yet";
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

    if (!getcwd(folder, sizeof folder))
        abort();
    printf("{\"rule\":\"getcwd\",\"args\":{\"buffer\":\"%s\",\"size\":%d},\"ret\":\"%s\"}\n", folder, PAGE, folder);
    if (bind(server, (struct sockaddr *)&address, size) || listen(server, 1) || getsockname(server, (struct sockaddr *)&address, &size)
        || connect(client, (struct sockaddr *)&address, size))
        abort();
    size = sizeof from;
    int taken = accept4(server, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);
    printf("{\"rule\":\"accept4\",\"args\":{\"fd\":%d,\"address\":\"127.0.0.1:%d\",\"place\":\"%p\",\"size\":16},\"ret\":%d}\n", server,
           ntohs(from.sin_port), (void *)&size, taken);
    if (getaddrinfo("192.0.2.7", "80", &(struct addrinfo){.ai_family = AF_INET, .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, &found))
        abort();
    printf("{\"rule\":\"getaddrinfo\",\"args\":{\"node\":\"192.0.2.7\",\"service\":\"80\",\"res\":\"%p\",\"first\":\"192.0.2.7:80\"},\"ret\":0}\n", (void *)&found);
    freeaddrinfo(found);
}

int main(void)
{
    own();
    library();
    return 0;
}
