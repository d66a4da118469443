/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of the packet program; src/TraceAgent.Bpf/Xdp/PacketLayout.cs knows them in C#. */
#ifndef TRACEAGENT_PACKETS_H
#define TRACEAGENT_PACKETS_H

/* What becomes of a packet: each is of one kind. */
enum packet_kind {
	PACKET_PASSED,
	PACKET_DROPPED,
	/* Denied, but this is a dry run. */
	PACKET_SPARED,
	PACKET_NOT_IP,
	PACKET_MALFORMED,
	PACKET_KINDS,
};

/* Set by the agent through mmap, read with each packet. */
struct packet_control {
	__u32 counts_sources;
	__u32 dry_run;
	/* Which list is in force: a verdict under another one is void. */
	__u32 generation;
	/* Whether anything is denied; without, no list is looked into. */
	__u32 denies_ipv4;
	__u32 denies_ipv6;
	/* Every denied IPv6 prefix is in the bitmap: none is shorter than BITMAP_WIDE_BITS. */
	__u32 bitmap_covers_ipv6;
};

struct traffic {
	__u64 packets;
	__u64 bytes;
};

struct packet_totals {
	struct traffic kinds[PACKET_KINDS];
	/* Entries made in the tables of sources and of denied ones, also those that had to make room since. */
	__u64 sources_made;
	__u64 denied_made;
};

/* CLOCK_MONOTONIC ns of the first packet tells an entry from an earlier one of the same source. */
struct source_entry {
	__u64 since;
	struct traffic passed;
};

struct denied_entry {
	__u64 since;
	/* The generation under which the source was found to be denied, and the source: see verdict_on(). */
	__u64 verdict;
	struct traffic dropped;
	struct traffic spared;
};

enum prefix_verdict {
	PREFIX_DENIED = 1,
	PREFIX_ALLOWED = 2,
};

/* A bitmap is a set of bits, found by an address' first bits: a source whose bit is zero is in no denied prefix. */
#define BITMAP_BITS_LOG2 22
/* IPv6 prefixes of at least so many bits have the bit of their first 64 ... */
#define BITMAP_NARROW_BITS 64
/* ... the others that of their first 32. */
#define BITMAP_WIDE_BITS 32
#define BITMAP_NARROW_FACTOR 0x9e3779b97f4a7c15ULL
#define BITMAP_WIDE_FACTOR 0xc2b2ae3d27d4eb4fULL

#endif
