/* SPDX-License-Identifier: GPL-2.0 */
/* Where a packet comes from, read from the headers of its Ethernet frame. */
#ifndef TRACEAGENT_FRAME_H
#define TRACEAGENT_FRAME_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* The customer's and the provider's. */
#define MOST_TAGS 2

struct tag {
	__be16 control;
	__be16 type;
};

struct ipv4_header {
	__u8 version_and_length;
	__u8 until_source[11];
	__be32 source;
	__be32 destination;
};

struct ipv6_address {
	__be32 parts[4];
};

struct ipv6_header {
	__u8 version_and_class;
	__u8 until_source[7];
	struct ipv6_address source;
	struct ipv6_address destination;
};

/* Where a packet comes from; type is that of the Ethernet frame, 0 when it is malformed. */
struct origin {
	__be16 type;
	union {
		__be32 ipv4;
		struct ipv6_address ipv6;
	};
};

static __always_inline bool is_tag(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* At least five words long. */
static __always_inline bool is_ipv4(const struct ipv4_header *ip)
{
	return ip->version_and_length >= 0x45 && ip->version_and_length <= 0x4f;
}

static __always_inline bool is_ipv6(const struct ipv6_header *ip)
{
	return ip->version_and_class >> 4 == 6;
}

/* False when the headers are not in the first part of the packet as a whole. */
static __always_inline bool find_origin(struct xdp_md *ctx, struct origin *origin)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	void *at = ethernet + 1;

	if (at > end)
		return false;
	origin->type = ethernet->h_proto;
	for (int i = 0; i < MOST_TAGS && is_tag(origin->type); i++) {
		struct tag *tag = at;

		at = tag + 1;
		if (at > end)
			return false;
		origin->type = tag->type;
	}
	if (origin->type == bpf_htons(ETH_P_IP)) {
		struct ipv4_header *ip = at;

		if ((void *)(ip + 1) > end)
			return false;
		origin->ipv4 = ip->source;
		if (!is_ipv4(ip))
			origin->type = 0;
	} else if (origin->type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_header *ip = at;

		if ((void *)(ip + 1) > end)
			return false;
		origin->ipv6 = ip->source;
		if (!is_ipv6(ip))
			origin->type = 0;
	}
	return true;
}

/* For packets of several parts, of which the first may be as short as the Ethernet header; and for those that are cut off. */
static __noinline void find_origin_in_parts(struct xdp_md *ctx, struct origin *origin)
{
	__u32 at = sizeof(struct ethhdr);
	__be16 type;

	origin->type = 0;
	if (bpf_xdp_load_bytes(ctx, at - sizeof(type), &type, sizeof(type)))
		return;
	for (int i = 0; i < MOST_TAGS && is_tag(type); i++) {
		at += sizeof(struct tag);
		if (bpf_xdp_load_bytes(ctx, at - sizeof(type), &type, sizeof(type)))
			return;
	}
	if (type == bpf_htons(ETH_P_IP)) {
		struct ipv4_header ip;

		if (bpf_xdp_load_bytes(ctx, at, &ip, sizeof(ip)) || !is_ipv4(&ip))
			return;
		origin->ipv4 = ip.source;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_header ip;

		if (bpf_xdp_load_bytes(ctx, at, &ip, sizeof(ip)) || !is_ipv6(&ip))
			return;
		origin->ipv6 = ip.source;
	}
	origin->type = type;
}

#endif
