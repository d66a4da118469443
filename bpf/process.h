/* SPDX-License-Identifier: GPL-2.0 */
/* What the process programs write into their ring; src/TraceAgent.Capture/ProcessNotice.cs reads it. */
#ifndef TRACEAGENT_PROCESS_H
#define TRACEAGENT_PROCESS_H

enum process_event {
	PROCESS_FORK = 1,
	PROCESS_EXEC = 2,
	PROCESS_EXIT = 3,
	/* Not from here: src/TraceAgent.Bpf/Compiler/FatalSignalCode.cs writes it. */
	PROCESS_SIGNAL = 4,
};

enum process_flag {
	/* The path has more or longer parts than fit: it must be read elsewhere. */
	PROCESS_PATH_CUT = 1,
	/* The command line goes on. */
	PROCESS_ARGUMENTS_CUT = 2,
	/* The command line could not be read. */
	PROCESS_ARGUMENTS_FAULT = 4,
};

#define PROCESS_PATH_BYTES 1024
#define PROCESS_NAME_BYTES 256
#define PROCESS_ARGUMENTS_BYTES 1024

/* Followed, for PROCESS_EXEC, by path_length and then arguments_length bytes. */
struct process_record {
	__u32 event;
	__u32 pid;
	__u32 parent;
	__u32 flags;
	/* CLOCK_MONOTONIC ns, as the events of rules. */
	__u64 time;
	__u64 start_time;
	__u64 inode;
	/* As in the kernel: the minor number has the lower 20 bits. */
	__u32 device;
	/* Of a fork: the process that was copied. It is not the parent where that was asked for (CLONE_PARENT). */
	__u32 origin;
	/* The parts of the executable's path, the last one first, each with a zero byte. */
	__u16 path_length;
	__u16 arguments_length;
	/* Of an exit, as wait(2) gives it. */
	__u32 exit_status;
};

#endif
