// The least that can be done: what a program written by hand in C for one question costs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pt_regs {
    unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct event {
    __u64 time, pid_tgid, a, b;
    char comm[16];
};

struct text_event {
    struct event event;
    char text[130];
};

struct call {
    __u64 time, a, b;
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 << 20);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, __u64[2]);
    __type(value, struct call);
} calls SEC(".maps");

__u64 lost;

static void fill(struct event *event, struct pt_regs *regs)
{
    event->time = bpf_ktime_get_ns();
    event->pid_tgid = bpf_get_current_pid_tgid();
    event->a = regs->di;
    event->b = regs->si;
    bpf_get_current_comm(event->comm, sizeof event->comm);
}

SEC("uprobe")
int empty(struct pt_regs *regs)
{
    return 0;
}

SEC("uprobe")
int integers(struct pt_regs *regs)
{
    struct event *event = bpf_ringbuf_reserve(&ring, sizeof *event, 0);
    if (!event) {
        __sync_fetch_and_add(&lost, 1);
        return 0;
    }
    fill(event, regs);
    bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
    return 0;
}

SEC("uprobe")
int text(struct pt_regs *regs)
{
    struct text_event *event = bpf_ringbuf_reserve(&ring, sizeof *event, 0);
    if (!event) {
        __sync_fetch_and_add(&lost, 1);
        return 0;
    }
    fill(&event->event, regs);
    bpf_probe_read_user_str(event->text, sizeof event->text, (void *)regs->di);
    bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
    return 0;
}

SEC("uprobe")
int entry(struct pt_regs *regs)
{
    __u64 key[2] = {bpf_get_current_pid_tgid(), regs->sp};
    struct call call = {bpf_ktime_get_ns(), regs->di, regs->si};
    bpf_map_update_elem(&calls, key, &call, BPF_ANY);
    return 0;
}

static int complete(struct pt_regs *regs, __u64 sp)
{
    __u64 key[2] = {bpf_get_current_pid_tgid(), sp};
    struct call *call = bpf_map_lookup_elem(&calls, key);
    if (!call)
        return 0;
    struct event *event = bpf_ringbuf_reserve(&ring, sizeof *event, 0);
    if (event) {
        fill(event, regs);
        event->a = call->a;
        event->b = regs->ax;
        bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
    } else
        __sync_fetch_and_add(&lost, 1);
    bpf_map_delete_elem(&calls, key);
    return 0;
}

// After the call: the return address is off the stack.
SEC("uprobe")
int leave(struct pt_regs *regs)
{
    return complete(regs, regs->sp - 8);
}

// At the RET instruction: the stack pointer is that of the entry.
SEC("uprobe")
int leave_at_ret(struct pt_regs *regs)
{
    return complete(regs, regs->sp);
}

char _license[] SEC("license") = "GPL";
