/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet fuzzer for a clat device. The way of a packet:
 *
 *   packet.c, transport.c: a valid packet -> spoil.c: spoiled
 *     -> shape.c, super.c: an skb of some shape -> throw.c: thrown at an entry
 *     -> arrive.c: what comes out of the module is judged, with view.c
 *     -> throw.c: nothing lost, nothing written that others read
 *
 * Each packet is thrown twice in different shapes, and must fare the same. A
 * packet depends on the seed, its number and the configuration only, so that
 * any of them can be thrown again alone.
 *
 * None of the code under test is used here; only its types are.
 */
#ifndef _SKBFUZZ_H
#define _SKBFUZZ_H

#include <linux/netdevice.h>
#include <linux/prandom.h>
#include <linux/skbuff.h>
#include <asm/unaligned.h>

#include "clat.h"

#define FUZZ_MAX	(96 * 1024)	/* octets of a packet */
#define FUZZ_HEAD	(128 * 1024)	/* octets of the head of an skb, at most */
#define FUZZ_BLOB	(FUZZ_MAX + FUZZ_HEAD)
#define FUZZ_LOG	(512 * 1024)	/* octets of what a packet becomes */
#define FUZZ_POOL_ORDER	6		/* pages for fragments of skbs */
#define FUZZ_PIECES	64		/* pieces of a packet in these pages */
#define FUZZ_REPORTS	8		/* findings told in full */

/**
 * struct fuzz_view - a packet as a reader of its headers sees it
 * @ok:		version, lengths, and IPv4 header checksum are right
 * @ipv6:	its family
 * @frag:	a fragment
 * @more:	more fragments follow
 * @proto:	transport
 * @tos:	TOS octet or traffic class
 * @ttl:	TTL or hop limit
 * @frag_off:	fragment offset in octets
 * @id:		identification; 0 in IPv6 without Fragment header
 * @len:	octets, without link padding
 * @l4_off:	octets before the transport header
 */
struct fuzz_view {
	bool ok, ipv6, frag, more;
	u8 proto, tos, ttl;
	u16 frag_off;
	u32 id;
	unsigned int len, l4_off;
};

enum fuzz_super {
	FUZZ_SINGLE,		/* no superframe */
	FUZZ_TCP,
	FUZZ_USO,
	FUZZ_UFO,
	FUZZ_SCTP,		/* a list of packets */
	FUZZ_FRAGLIST,		/* a list of UDP packets with their headers */
	FUZZ_BIG,		/* TCP of more than IP can say, with a jumbo header */
	FUZZ_TUNNEL,		/* of a packet inside */
	FUZZ_BROKEN,		/* what an untrusted source may claim */
};

/**
 * struct fuzz_packet - a packet before it is an skb
 * @data:	its octets from the IP header on
 * @len:	octets, link padding included
 * @ipv6:	its family, as its maker meant it
 * @spoiled:	it was changed after it was made
 * @view:	of @data
 * @good:	its transport checksum is right
 * @super:	kind of superframe
 * @gso_type:	of the superframe
 * @gso_size:	of the superframe, 0 if none
 * @gso_segs:	of the superframe
 * @hlen:	octets before the first payload of a superframe
 * @inner:	FUZZ_TUNNEL: where the inner IP header is
 * @inner_l4:	FUZZ_TUNNEL, FUZZ_BIG: where the TCP header is
 * @inner_mac:	FUZZ_TUNNEL: octets of inner Ethernet header
 * @inner_type:	FUZZ_TUNNEL: ETH_P_TEB, or that of the inner packet
 */
struct fuzz_packet {
	u8 *data;
	unsigned int len;
	bool ipv6, spoiled;
	struct fuzz_view view;
	bool good;
	enum fuzz_super super;
	unsigned int gso_type;
	u16 gso_size, gso_segs;
	unsigned int hlen, inner, inner_l4, inner_mac;
	u16 inner_type;
};

enum fuzz_layout {
	FUZZ_LINEAR,
	FUZZ_PAGED,		/* the rest in pages */
	FUZZ_LIST,		/* the rest in a list of skbs */
	FUZZ_LAYOUTS,
};

enum fuzz_sum {
	FUZZ_NONE,
	FUZZ_UNNECESSARY,
	FUZZ_COMPLETE,
	FUZZ_PARTIAL,		/* left to the device, from @csum_start on */
	FUZZ_SUMS,
};

enum fuzz_witness {
	FUZZ_ALONE,
	FUZZ_CLONE,		/* somebody else has a clone */
	FUZZ_PAYLOAD_CLONE,	/* and needs the payload only, as TCP does */
	FUZZ_SHARED,		/* somebody else has a reference */
	FUZZ_WITNESSES,
};

/**
 * struct fuzz_shape - how a packet lies in its skb
 * @layout:	where it lies
 * @linear:	octets in the head
 * @headroom:	octets before them, at least
 * @tight:	the head ends with them, what is spare is before them
 * @sum:	checksum state
 * @csum_start:	FUZZ_PARTIAL: from where on, octets from the IP header
 * @csum_off:	FUZZ_PARTIAL: where it is written, octets from there
 * @odd:	FUZZ_PARTIAL: it begins before the transport header
 * @witness:	who else has it
 * @sock:	it belongs to a socket
 */
struct fuzz_shape {
	enum fuzz_layout layout;
	unsigned int linear, headroom;
	bool tight;
	enum fuzz_sum sum;
	unsigned int csum_start, csum_off;
	bool odd;
	enum fuzz_witness witness;
	bool sock;
};

/**
 * struct fuzz_way - where a packet is thrown, the same for all its shapes
 * @xmit:	at ndo_start_xmit, not at the uplink's ingress
 * @to6:	to be translated to IPv6; else an IPv6 packet that is routed
 *		to @xmit is to be translated as well
 * @from_uplink: it came in by the uplink, as far as it says
 * @queue:	by dev_queue_xmit()
 * @route:	with a route
 * @vlan:	VLAN tag, -1 if none
 * @pkt_type:	whom it is addressed to
 * @protocol:	skb->protocol
 * @hash:	of the skb; 0: none
 * @pass:	what came out goes on into the IPv4 stack
 */
struct fuzz_way {
	bool xmit, to6, from_uplink, queue, route;
	int vlan;
	u8 pkt_type;
	__be16 protocol;
	u32 hash;
	bool pass;
};

/**
 * struct fuzz_log - what came out of a throw
 * @data:	the packets, each after its length
 * @len:	octets of @data in use
 * @packets:	how many
 * @full:	there was no room for all
 * @counts:	by how much the counters of the device rose: drops by reason,
 *		and in [0] the translated
 * @passed:	left to the stack
 */
struct fuzz_log {
	u8 *data;
	unsigned int len, packets;
	bool full;
	unsigned long counts[__CLAT_DROP_MAX];
	unsigned int passed;
};

/**
 * struct fuzz_join - fragments on their way to be a datagram again
 * @data:	what they carry
 * @len:	octets of it
 * @active:	there are some
 * @view:	of the first
 * @hdr:	IP header of the first
 */
struct fuzz_join {
	u8 *data;
	unsigned int len;
	bool active;
	struct fuzz_view view;
	u8 hdr[sizeof(struct ipv6hdr)];
};

struct fuzz_piece {
	unsigned int off, from, len;
};

/**
 * struct fuzz_stats - what a run adds up to
 * @thrown:	skbs
 * @translated:	of those, by direction: 4 to 6, 6 to 4
 * @dropped:	by the device
 * @passed:	left to the stack
 * @answers:	packets that the stack sent on its own
 * @twins:	packets whose second shape was compared with the first
 * @super:	superframes among @thrown
 * @shapes:	by layout, checksum state, and witness
 * @owned:	skbs with a destructor of ours
 * @ended:	of those, whose destructor was called
 * @findings:	what is wrong
 * @ms:		how long it took
 */
struct fuzz_stats {
	u64 thrown, translated[2], dropped, passed, answers, twins, super;
	u64 layouts[FUZZ_LAYOUTS], sums[FUZZ_SUMS], witnesses[FUZZ_WITNESSES];
	u64 owned, ended, findings, ms;
};

/**
 * struct fuzz - a run
 * @clat:	the device under test
 * @uplink:	its uplink, of kind skbfuzz
 * @cfg:	a copy of its configuration
 * @sock:	some skbs belong to it
 * @route:	a route by @clat
 * @pool:	pages that fragments of skbs lie in
 * @blob:	FUZZ_BLOB random octets
 * @answer:	room for a packet that the stack sends
 * @scratch:	room for one that somebody else has
 * @snapshot:	head of an skb as it was, @snapshot_len octets
 * @witness:	who else has the skb that is thrown
 * @witness_gso: GSO type that the witness has
 * @pieces:	what lies where in @pool
 * @logs:	what became of the first shape, and of the second
 * @log:	the one in use
 * @join:	fragments that arrive
 * @seed:	of the run
 * @n:		number of the packet
 * @mark:	of its skbs; 0 while none is thrown
 * @rnd:	what all is drawn from
 * @in:		the packet
 * @way:	where it is thrown
 * @shape:	in which shape
 * @first:	and before, in which
 */
struct fuzz {
	struct net_device *clat, *uplink;
	struct clat_config *cfg;
	struct socket *sock;
	struct dst_entry *route;
	struct page *pool;
	u8 *blob, *answer, *scratch, *snapshot;
	unsigned int snapshot_len;

	u64 seed, n;
	u32 mark;
	struct rnd_state rnd;
	struct fuzz_packet in;
	struct fuzz_way way;
	struct fuzz_shape shape, first;

	struct sk_buff *witness;
	unsigned int witness_gso;
	struct fuzz_piece pieces[FUZZ_PIECES];
	unsigned int n_pieces, pool_used;

	struct fuzz_log logs[2], *log;
	struct fuzz_join join;
	struct fuzz_stats stats;
};

extern struct fuzz *fuzz_running;

/* main.c */
__printf(2, 3) void fuzz_finding(struct fuzz *f, const char *fmt, ...);

/* device.c */
int fuzz_device_init(void);
void fuzz_device_exit(void);
bool fuzz_device_is(const struct net_device *dev);

/* packet.c, transport.c */
void fuzz_packet_make(struct fuzz *f);
unsigned int fuzz_ip_make(struct fuzz *f, u8 *at, bool ipv6, bool quoted);
unsigned int fuzz_ip_head(struct fuzz *f, u8 *ip, bool ipv6, u8 proto,
			  unsigned int len);
unsigned int fuzz_l4_make(struct fuzz *f, u8 *at, bool ipv6, bool quoted,
			  u8 *proto, unsigned int *cover);
void fuzz_far4(struct fuzz *f, __be32 *addr);
void fuzz_embed(const struct clat_plat *plat, __be32 v4, struct in6_addr *v6);
void fuzz_payload(struct fuzz *f, u8 *at, unsigned int len);
void fuzz_sum_fix(u8 *ip, bool ipv6, u8 *l4, u8 proto, unsigned int len,
		  unsigned int cover);
void fuzz_ip_check(u8 *ip);

/* spoil.c */
void fuzz_spoil(struct fuzz *f);

/* super.c */
void fuzz_super_make(struct fuzz *f);
void fuzz_super_set(struct fuzz *f, struct sk_buff *skb);

/* shape.c */
void fuzz_shape_draw(struct fuzz *f);
struct sk_buff *fuzz_shape_make(struct fuzz *f);
void fuzz_shape_check(struct fuzz *f);
void fuzz_finish(u8 *data, unsigned int len, unsigned int start,
		 unsigned int off);

/* throw.c */
void fuzz_throw_packet(struct fuzz *f);

/* arrive.c */
void fuzz_arrive(struct fuzz *f, struct sk_buff *skb,
		 const struct net_device *dev);
void fuzz_arrive_end(struct fuzz *f);
void fuzz_pass(struct fuzz *f, struct sk_buff *skb);

/* view.c */
int fuzz_check_off(u8 proto);
bool fuzz_is_error(const struct fuzz_view *view, const u8 *data);
void fuzz_view(struct fuzz_view *view, const u8 *data, unsigned int len,
	       bool ipv6);
u16 fuzz_residue(const u8 *ip, bool ipv6, u8 proto, const u8 *l4,
		 unsigned int len);

/* leak.c */
int fuzz_leak_init(void);
void fuzz_leak_exit(void);
long fuzz_leak_count(void);
long fuzz_leak_routes(void);
void fuzz_leak_watch_routes(struct kmem_cache *cache);

static inline u32 fuzz_rnd(struct fuzz *f, u32 n)
{
	return prandom_u32_state(&f->rnd) % n;
}

static inline bool fuzz_one_in(struct fuzz *f, u32 n)
{
	return !fuzz_rnd(f, n);
}

static inline u16 fuzz_get16(const u8 *at)
{
	return at[0] << 8 | at[1];
}

static inline void fuzz_put16(u8 *at, u16 value)
{
	at[0] = value >> 8;
	at[1] = value;
}

#endif /* _SKBFUZZ_H */
