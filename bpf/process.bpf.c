// SPDX-License-Identifier: GPL-2.0
/* Tells which processes begin, execute and end, so that a process that is gone still has a name. */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "kernel.h"
#include "process.h"

#define RING_BYTES (256 * 1024)

/* The reader looks by itself for some time after each wakeup, so that a storm does not pay one per process. */
#define WAKEUP_EVERY_NS 1000000

/* Parts of a path, and mounts between them. */
#define PATH_STEPS 40

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ta_notices SEC(".maps");

struct exec_notice {
	struct process_record record;
	/* The last name and the arguments are read at offsets that the verifier knows only by their masks. */
	char text[PROCESS_PATH_BYTES + PROCESS_NAME_BYTES + PROCESS_ARGUMENTS_BYTES];
};

/*
 * Not reserved in the ring, because a reservation has a fixed size and most records are short. Only one exec program runs
 * on a CPU at a time: tracepoints disable preemption, or, where they no longer do, the kernel skips (and counts) a program
 * that is already running there.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct exec_notice);
} ta_scratch SEC(".maps");

/* Read by the agent through mmap. */
struct {
	/* Notices that found the ring full. */
	__u64 lost;
	__u64 last_wakeup;
} shared;

static __always_inline void fill(struct process_record *record, __u32 event, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	record->event = event;
	record->pid = BPF_CORE_READ(task, tgid);
	record->parent = BPF_CORE_READ(leader, real_parent, tgid);
	record->flags = 0;
	record->time = bpf_ktime_get_ns();
	record->start_time = BPF_CORE_READ(leader, start_time);
	record->inode = 0;
	record->device = 0;
	record->origin = 0;
	record->exit_status = 0;
	record->path_length = 0;
	record->arguments_length = 0;
}

static __always_inline void send(struct process_record *record, __u64 size)
{
	__u64 now = record->time;
	__u64 flags = BPF_RB_NO_WAKEUP;

	/* A new image is news at once; the rest is looked at on the way, unless there is much of it. */
	if ((record->event == PROCESS_EXEC && now - shared.last_wakeup > WAKEUP_EVERY_NS) ||
	    bpf_ringbuf_query(&ta_notices, BPF_RB_AVAIL_DATA) > RING_BYTES / 4) {
		shared.last_wakeup = now;
		flags = BPF_RB_FORCE_WAKEUP;
	}
	if (bpf_ringbuf_output(&ta_notices, record, size, flags))
		__sync_fetch_and_add(&shared.lost, 1);
}

/*
 * As /proc/PID/exe shows it: upwards from the file to the root of its mount namespace. The length is kept in the record:
 * of what lies in memory the verifier keeps no bounds, and looks at a step once for all lengths and not once for each.
 */
static __always_inline void read_path(struct exec_notice *notice, struct file *exe)
{
	struct dentry *dentry = BPF_CORE_READ(exe, f_path.dentry);
	struct vfsmount *mount = BPF_CORE_READ(exe, f_path.mnt);
	volatile __u16 *length = &notice->record.path_length;

	notice->record.flags |= PROCESS_PATH_CUT;
	for (int step = 0; step < PATH_STEPS; step++) {
		__u32 before = *length;
		struct dentry *parent;
		long read;

		if (dentry == BPF_CORE_READ(mount, mnt_root)) {
			struct mount *here = (void *)mount - bpf_core_field_offset(struct mount, mnt);
			struct mount *above = BPF_CORE_READ(here, mnt_parent);

			if (above == here || !above) {
				notice->record.flags &= ~PROCESS_PATH_CUT;
				break;
			}
			dentry = BPF_CORE_READ(here, mnt_mountpoint);
			mount = (void *)above + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		if (before >= PROCESS_PATH_BYTES)
			break;
		read = bpf_probe_read_kernel_str(&notice->text[before & (PROCESS_PATH_BYTES - 1)], PROCESS_NAME_BYTES,
						 BPF_CORE_READ(dentry, d_name.name));
		if (read <= 0)
			break;
		*length = before + (read & (2 * PROCESS_NAME_BYTES - 1));
		parent = BPF_CORE_READ(dentry, d_parent);
		if (parent == dentry) {
			/* In no mounted tree: a file in memory (memfd). */
			notice->record.flags &= ~PROCESS_PATH_CUT;
			break;
		}
		dentry = parent;
	}
	if (*length >= PROCESS_PATH_BYTES) {
		notice->record.flags |= PROCESS_PATH_CUT;
		*length = 0;
	}
}

static __always_inline void read_arguments(struct exec_notice *notice, struct mm_struct *mm)
{
	__u64 start = BPF_CORE_READ(mm, arg_start);
	__u64 length = BPF_CORE_READ(mm, arg_end) - start;

	if (length > PROCESS_ARGUMENTS_BYTES) {
		notice->record.flags |= PROCESS_ARGUMENTS_CUT;
		length = PROCESS_ARGUMENTS_BYTES;
	}
	if (bpf_probe_read_user(&notice->text[notice->record.path_length & (PROCESS_PATH_BYTES - 1)], length,
				(void *)start)) {
		notice->record.flags |= PROCESS_ARGUMENTS_FAULT;
		return;
	}
	notice->record.arguments_length = length;
}

SEC("raw_tp/sched_process_exec")
int ta_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	__u32 zero = 0;
	struct exec_notice *notice = bpf_map_lookup_elem(&ta_scratch, &zero);
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct file *exe = BPF_CORE_READ(mm, exe_file);
	__u64 text;

	if (!notice)
		return 0;
	fill(&notice->record, PROCESS_EXEC, task);
	notice->record.inode = BPF_CORE_READ(exe, f_inode, i_ino);
	notice->record.device = BPF_CORE_READ(exe, f_inode, i_sb, s_dev);
	read_path(notice, exe);
	read_arguments(notice, mm);
	text = (__u64)notice->record.path_length + notice->record.arguments_length;
	if (text <= sizeof(notice->text))
		send(&notice->record, sizeof(notice->record) + text);
	return 0;
}

SEC("raw_tp/sched_process_fork")
int ta_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *child = (void *)ctx->args[1];
	struct process_record record;

	/* A thread is no process. */
	if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
		return 0;
	fill(&record, PROCESS_FORK, child);
	record.origin = BPF_CORE_READ((struct task_struct *)ctx->args[0], tgid);
	send(&record, sizeof(record));
	return 0;
}

SEC("raw_tp/sched_process_exit")
int ta_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct process_record record;

	/* The first thread may end long before the last one. Two that end together may both see zero: said twice. */
	if (BPF_CORE_READ(task, signal, live.counter) != 0)
		return 0;
	fill(&record, PROCESS_EXIT, task);
	record.exit_status = BPF_CORE_READ(task, exit_code);
	send(&record, sizeof(record));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
