// SPDX-License-Identifier: GPL-2.0
/* Counts packets by their source address, and drops those of denied sources. */
#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "frame.h"
#include "packets.h"

struct ipv4_prefix {
	__u32 length;
	__be32 address;
};

struct ipv6_prefix {
	__u32 length;
	struct ipv6_address address;
};

/* Whether each CPU has its own values in the tables of sources; the agent decides by their size. */
const volatile __u32 per_cpu = 1;

struct packet_control control;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct packet_totals);
} ta_totals SEC(".maps");

/* The agent says how many entries, and makes the type LRU_HASH when per_cpu is 0. */
#define SOURCE_TABLE(name, address, entry)                    \
	struct {                                              \
		__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);   \
		__uint(max_entries, 1);                       \
		__type(key, address);                         \
		__type(value, entry);                         \
	} name SEC(".maps")

SOURCE_TABLE(ta_sources4, __be32, struct source_entry);
SOURCE_TABLE(ta_sources6, struct ipv6_address, struct source_entry);
SOURCE_TABLE(ta_denied4, __be32, struct denied_entry);
SOURCE_TABLE(ta_denied6, struct ipv6_address, struct denied_entry);

/* Denied and allowed prefixes together. The agent leaves out those denied ones that an allowed one contains, so the longest is right. */
#define PREFIX_TABLE(name, prefix)                            \
	struct {                                              \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);          \
		__uint(map_flags, BPF_F_NO_PREALLOC);         \
		__uint(max_entries, 1);                       \
		__type(key, prefix);                          \
		__type(value, __u32);                         \
	} name SEC(".maps")

PREFIX_TABLE(ta_prefixes4, struct ipv4_prefix);
PREFIX_TABLE(ta_prefixes6, struct ipv6_prefix);

/* A walk through a trie of 100,000 prefixes costs several times as much as everything else here: most packets need none. */
#define BITMAP(name)                                           \
	struct {                                              \
		__uint(type, BPF_MAP_TYPE_ARRAY);             \
		__uint(map_flags, BPF_F_MMAPABLE);            \
		__uint(max_entries, 1 << (BITMAP_BITS_LOG2 - 6)); \
		__type(key, __u32);                           \
		__type(value, __u64);                         \
	} name SEC(".maps")

BITMAP(ta_bitmap4);
BITMAP(ta_bitmap6);

static __always_inline void add(struct traffic *traffic, __u64 bytes)
{
	if (per_cpu) {
		traffic->packets += 1;
		traffic->bytes += bytes;
	} else {
		__sync_fetch_and_add(&traffic->packets, 1);
		__sync_fetch_and_add(&traffic->bytes, bytes);
	}
}

static __always_inline void count_passed(void *sources, const void *source, __u64 bytes, __u64 *made)
{
	struct source_entry *entry = bpf_map_lookup_elem(sources, source);

	if (!entry) {
		struct source_entry first = { .since = bpf_ktime_get_ns(), .passed = { 1, bytes } };

		if (bpf_map_update_elem(sources, source, &first, BPF_NOEXIST) == 0) {
			*made += 1;
			return;
		}
		/* Made by another CPU meanwhile. When there is no room either, the packet is in the totals alone. */
		entry = bpf_map_lookup_elem(sources, source);
		if (!entry)
			return;
	}
	add(&entry->passed, bytes);
}

static __always_inline void count_denied(void *denied, const void *source, struct denied_entry *entry, __u64 verdict, bool dry, __u64 bytes,
					 __u64 *made)
{
	if (!entry) {
		struct denied_entry first = { .since = bpf_ktime_get_ns(), .verdict = verdict };

		add(dry ? &first.spared : &first.dropped, bytes);
		if (bpf_map_update_elem(denied, source, &first, BPF_NOEXIST) == 0) {
			*made += 1;
			return;
		}
		entry = bpf_map_lookup_elem(denied, source);
		if (!entry)
			return;
	}
	add(dry ? &entry->spared : &entry->dropped, bytes);
}

/*
 * What the verdict of a denied entry is as long as the list does not change. The kernel gives the memory of an entry to
 * another source while a program still holds it: so the verdict names its source.
 */
static __always_inline __u64 verdict_on(__u32 source)
{
	return (__u64)*(volatile __u32 *)&control.generation << 32 | source;
}

static __always_inline bool is_denied(void *prefixes, const void *prefix, struct denied_entry *entry, __u64 verdict)
{
	__u32 *found;

	if (entry && entry->verdict == verdict)
		return true;
	found = bpf_map_lookup_elem(prefixes, prefix);
	if (!found || *found != PREFIX_DENIED)
		return false;
	if (entry)
		entry->verdict = verdict;
	return true;
}

static __always_inline bool in_bitmap(void *bitmap, __u32 bit)
{
	__u32 index = bit >> 6;
	__u64 *word = bpf_map_lookup_elem(bitmap, &index);

	return word && *word >> (bit & 63) & 1;
}

static __always_inline bool in_bitmap6(const struct ipv6_address *source)
{
	__u64 wide = bpf_ntohl(source->parts[0]);
	__u64 narrow = wide << 32 | bpf_ntohl(source->parts[1]);

	return in_bitmap(&ta_bitmap6, narrow * BITMAP_NARROW_FACTOR >> (64 - BITMAP_BITS_LOG2)) ||
	       in_bitmap(&ta_bitmap6, wide * BITMAP_WIDE_FACTOR >> (64 - BITMAP_BITS_LOG2));
}

static __always_inline enum packet_kind judge_ipv4(__be32 source, __u64 bytes, struct packet_totals *totals)
{
	if (control.denies_ipv4 && in_bitmap(&ta_bitmap4, bpf_ntohl(source) >> (32 - BITMAP_BITS_LOG2))) {
		struct ipv4_prefix prefix = { 32, source };
		struct denied_entry *entry = bpf_map_lookup_elem(&ta_denied4, &source);
		__u64 verdict = verdict_on(source);

		if (is_denied(&ta_prefixes4, &prefix, entry, verdict)) {
			bool dry = control.dry_run;

			count_denied(&ta_denied4, &source, entry, verdict, dry, bytes, &totals->denied_made);
			return dry ? PACKET_SPARED : PACKET_DROPPED;
		}
	}
	if (control.counts_sources)
		count_passed(&ta_sources4, &source, bytes, &totals->sources_made);
	return PACKET_PASSED;
}

static __always_inline enum packet_kind judge_ipv6(const struct ipv6_address *source, __u64 bytes, struct packet_totals *totals)
{
	if (control.denies_ipv6 && (!control.bitmap_covers_ipv6 || in_bitmap6(source))) {
		struct ipv6_prefix prefix = { 128, *source };
		struct denied_entry *entry = bpf_map_lookup_elem(&ta_denied6, source);
		__u64 verdict = verdict_on(source->parts[0] ^ source->parts[1] ^ source->parts[2] ^ source->parts[3]);

		if (is_denied(&ta_prefixes6, &prefix, entry, verdict)) {
			bool dry = control.dry_run;

			count_denied(&ta_denied6, source, entry, verdict, dry, bytes, &totals->denied_made);
			return dry ? PACKET_SPARED : PACKET_DROPPED;
		}
	}
	if (control.counts_sources)
		count_passed(&ta_sources6, source, bytes, &totals->sources_made);
	return PACKET_PASSED;
}

SEC("xdp.frags")
int ta_packets(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct packet_totals *totals = bpf_map_lookup_elem(&ta_totals, &zero);
	__u64 bytes = bpf_xdp_get_buff_len(ctx);
	enum packet_kind kind = PACKET_NOT_IP;
	struct origin origin = {};

	if (!totals)
		return XDP_PASS;
	if (!find_origin(ctx, &origin))
		find_origin_in_parts(ctx, &origin);
	if (origin.type == bpf_htons(ETH_P_IP))
		kind = judge_ipv4(origin.ipv4, bytes, totals);
	else if (origin.type == bpf_htons(ETH_P_IPV6))
		kind = judge_ipv6(&origin.ipv6, bytes, totals);
	else if (!origin.type)
		kind = PACKET_MALFORMED;
	/* A CPU runs one program of the receiving side at a time. */
	totals->kinds[kind].packets += 1;
	totals->kinds[kind].bytes += bytes;
	return kind == PACKET_DROPPED ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
