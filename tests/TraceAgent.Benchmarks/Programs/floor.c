// Loads floor.bpf.o and attaches its programs by one uprobe_multi link each; counts what comes through the ring.
//   floor OBJECT PATH OFFSET PROGRAM [EXIT-PROGRAM[@N]]     the exit is where the function returns to, or N bytes after OFFSET
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRACE_UPROBE_MULTI 48
#define LINK_CREATE 28

static volatile sig_atomic_t ended;
static unsigned long events;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static int count(void *context, void *data, size_t size)
{
    (void)context, (void)data, (void)size;
    events++;
    return 0;
}

static void attach(struct bpf_object *object, const char *name, const char *path, unsigned long offset, unsigned flags)
{
    struct {
        unsigned program, target, type, flags;
        unsigned long path, offsets, counters, cookies;
        unsigned count, multi_flags, pid, padding;
    } link = {0};
    link.program = bpf_program__fd(bpf_object__find_program_by_name(object, name));
    link.type = TRACE_UPROBE_MULTI;
    link.path = (unsigned long)path;
    link.offsets = (unsigned long)&offset;
    link.count = 1;
    link.multi_flags = flags;
    if (syscall(SYS_bpf, LINK_CREATE, &link, sizeof link) < 0) {
        perror("floor: link");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    char *exit_program = argc > 5 ? strtok(argv[5], "@") : 0;
    char *distance = exit_program ? strtok(0, "@") : 0;
    struct bpf_object *object = bpf_object__open_file(argv[1], 0);
    struct bpf_program *program;
    bpf_object__for_each_program(program, object) {
        const char *name = bpf_program__name(program);
        bpf_program__set_autoload(program, !strcmp(name, argv[4]) || (exit_program && !strcmp(name, exit_program)));
        bpf_program__set_expected_attach_type(program, TRACE_UPROBE_MULTI);
    }
    if (bpf_object__load(object))
        return 1;
    struct ring_buffer *ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "ring"), count, 0, 0);
    unsigned long offset = strtoul(argv[3], 0, 0);
    signal(SIGINT, end);
    signal(SIGTERM, end);
    if (exit_program)
        attach(object, exit_program, argv[2], offset + (distance ? strtoul(distance, 0, 0) : 0), !distance);
    attach(object, argv[4], argv[2], offset, 0);
    while (!ended) {
        ring_buffer__poll(ring, 5);
        ring_buffer__consume(ring);
    }
    ring_buffer__consume(ring);
    printf("%lu\n", events);
    return 0;
}
