/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Header logic of the translator: pure functions over (pointer, length). No
 * skb, no netdev, no allocation. The same files build into the module, into
 * KUnit suites and into userspace programs.
 */
#ifndef _CLAT_CORE_H
#define _CLAT_CORE_H

#include <linux/types.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include <uapi/linux/clat.h>

/* Octets by which an IPv6 header is longer than an IPv4 header without options. */
#define CLAT_HDR_DIFF	((unsigned int)(sizeof(struct ipv6hdr) - sizeof(struct iphdr)))

/* IPv4 packets up to this size leave without DF: RFC 7915, section 5.1 */
#define CLAT_DF0_MAX	1260

/* Octets of the Fragment header. */
#define CLAT_FRAG_LEN	8

/* ICMP errors are at most so long, IP header included: RFC 4443, RFC 1812 */
#define CLAT_ERROR_MAX6	1280
#define CLAT_ERROR_MAX4	576

/* Source of ICMP errors from IPv6 routers without an IPv4 address: RFC 7600 */
#define CLAT_DUMMY_V4	0xc0000008U

/**
 * enum clat_l4 - what the translator does with a transport
 * @CLAT_L4_OPAQUE:	nothing: its checksum doesn't cover the addresses, or
 *			isn't in this packet
 * @CLAT_L4_SUM:	its checksum covers a pseudo header in both families
 * @CLAT_L4_ECHO:	ICMP echo: the type changes, and the checksum covers a
 *			pseudo header in IPv6 only
 * @CLAT_L4_ERROR:	ICMP error: made anew, with the packet it quotes
 */
enum clat_l4 {
	CLAT_L4_OPAQUE,
	CLAT_L4_SUM,
	CLAT_L4_ECHO,
	CLAT_L4_ERROR,
};

/**
 * struct clat_packet - what a parser found in a packet
 * @len:	octets of the packet as its IP header counts them
 * @id:		identification of a fragment
 * @l4_off:	octets before the transport header, or before the data of a
 *		fragment that isn't the first; where a parser refuses an IPv6
 *		header, the octet that is at fault
 * @frag_off:	fragment offset in octets
 * @l4_len:	octets of the transport header that the translator reads or
 *		writes, all of them in the linear part
 * @check_off:	offset of the checksum field in the transport header
 * @proto:	IP protocol number, of the family the packet came in
 * @tos:	TOS octet or traffic class
 * @ttl:	TTL or hop limit
 * @l4:		enum clat_l4
 * @df:		IPv4 only: Don't Fragment is set
 * @frag:	a fragment, an atomic one included
 * @more:	More Fragments is set
 */
struct clat_packet {
	unsigned int len;
	u32 id;
	u16 l4_off;
	u16 frag_off;
	u8 l4_len;
	u8 check_off;
	u8 proto;
	u8 tos;
	u8 ttl;
	u8 l4;
	bool df;
	bool frag;
	bool more;
};

/**
 * struct clat_plat - a PLAT prefix (pref64, RFC 6052)
 * @addr:	the prefix, zero beyond its length
 * @len:	32, 40, 48, 56, 64 or 96
 * @wkp:	the Well-Known Prefix 64:ff9b::/96
 * @sum:	sum of @addr as 16-bit words
 */
struct clat_plat {
	struct in6_addr addr;
	u8 len;
	bool wkp;
	__wsum sum;
};

/**
 * struct clat_pair - a local address pair (RFC 7757)
 * @v6:		IPv6 prefix, zero beyond its length
 * @v4:		IPv4 prefix, zero beyond its length
 * @mask:	mask of @v4. That of @v6 is 96 bits longer.
 * @delta46:	sum of @v6 less that of @v4. The suffixes, equal and both at
 *		the end of the address, cancel out.
 */
struct clat_pair {
	struct in6_addr v6;
	__be32 v4;
	__be32 mask;
	__wsum delta46;
};

/**
 * struct clat_map - the local address map
 * @n:		number of pairs
 * @by4:	the pairs, sorted by IPv4 prefix
 * @by6:	the same pairs, sorted by IPv6 prefix
 */
struct clat_map {
	unsigned int n;
	struct clat_pair by4[CLAT_MAP_MAX];
	struct clat_pair by6[CLAT_MAP_MAX];
};

/**
 * struct clat_xlat - what the translation of addresses depends on
 * @n_plat:	entries of @plat
 * @wkp_strict:	refuse non-global addresses under 64:ff9b::/96
 * @plat:	PLAT prefixes, the first translates 4 to 6
 * @map:	the local address map
 */
struct clat_xlat {
	unsigned int n_plat;
	bool wkp_strict;
	struct clat_plat plat[CLAT_PLAT_MAX];
	struct clat_map map;
};

/**
 * struct clat_ends - both ends of a packet in both families
 * @local6:	the local end: in the map
 * @far6:	the far end: under a PLAT prefix
 * @local4:	the local end in IPv4
 * @far4:	the far end in IPv4
 * @delta46:	sum of the IPv6 addresses less that of the IPv4 ones: what the
 *		checksum of a transport changes by
 * @pair:	pair of the local end
 * @plat:	prefix of the far end
 */
struct clat_ends {
	struct in6_addr local6;
	struct in6_addr far6;
	__be32 local4;
	__be32 far4;
	__wsum delta46;
	const struct clat_pair *pair;
	const struct clat_plat *plat;
};

/**
 * struct clat_mtus - MTU of the next hop, for the MTU in ICMP errors
 * @v4:	of the clat device
 * @v6:	of the uplink
 */
struct clat_mtus {
	unsigned int v4;
	unsigned int v6;
};

/* core/addr.c */
bool clat_plat_init(struct clat_plat *plat, const struct in6_addr *addr,
		    unsigned int len);
void clat_plat_embed_short(const struct clat_plat *plat, __be32 v4,
			   struct in6_addr *v6);
bool clat_plat_match_short(const struct clat_plat *plat,
			   const struct in6_addr *v6);
__be32 clat_plat_extract_short(const struct clat_plat *plat,
			       const struct in6_addr *v6);
bool clat_v4_never_overlap(__be32 addr, __be32 mask);
bool clat_v4_global(__be32 addr);
bool clat_v6_never(const struct in6_addr *addr);

/* core/map.c */
int clat_map_add(struct clat_map *map, const struct clat_pair *pair);
const struct clat_pair *clat_map_search4(const struct clat_map *map,
					 __be32 addr);
const struct clat_pair *clat_map_search6(const struct clat_map *map,
					 const struct in6_addr *addr);

/* core/ends.c */
const struct clat_plat *clat_plat_search(const struct clat_xlat *xlat,
					 const struct in6_addr *addr);
int clat_ends46(const struct clat_xlat *xlat, __be32 local, __be32 far,
		struct clat_ends *ends);
int clat_ends64(const struct clat_xlat *xlat, const struct in6_addr *local,
		const struct in6_addr *far, struct clat_ends *ends);
__wsum clat_ends_sum_short(const struct clat_ends *ends);

/* core/parse4.c, core/parse6.c */
int clat_parse4(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt);
int clat_parse4_quoted(const void *data, unsigned int len,
		       struct clat_packet *pkt);
int clat_parse6(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt);
int clat_parse6_quoted(const void *data, unsigned int len,
		       struct clat_packet *pkt);

/* core/hdr.c */
void clat_hdr46(void *to, const struct clat_packet *pkt,
		const struct in6_addr *saddr, const struct in6_addr *daddr);
void clat_hdr64(struct iphdr *ip, const struct clat_packet *pkt,
		__be32 saddr, __be32 daddr, __be16 id, bool df);

/* core/csum.c */
__wsum clat_csum_icmp_pseudo(const struct in6_addr *saddr,
			     const struct in6_addr *daddr, u32 len);
void clat_csum_full(__sum16 *check, __wsum delta);
void clat_csum_partial(__sum16 *check, __wsum delta);
void clat_l4_46(void *l4, const struct clat_packet *pkt,
		const struct clat_ends *ends, bool partial);
void clat_l4_64(void *l4, const struct clat_packet *pkt,
		const struct clat_ends *ends, bool partial);

/* core/icmp.c */
enum clat_l4 clat_icmp4_class(u8 type);
enum clat_l4 clat_icmp6_class(u8 type);
u8 clat_icmp46_echo(u8 type);
u8 clat_icmp64_echo(u8 type);
int clat_icmp46(const struct icmphdr *in, const struct clat_mtus *mtus,
		unsigned int quoted, struct icmp6hdr *out);
int clat_icmp64(const struct icmp6hdr *in, const struct clat_mtus *mtus,
		bool quoted_frag, struct icmphdr *out);

/* core/quote.c */
int clat_error46(const struct clat_xlat *xlat, const struct clat_mtus *mtus,
		 const void *in, unsigned int in_len,
		 const struct in6_addr *saddr, const struct in6_addr *daddr,
		 void *out, unsigned int out_max);
int clat_error64(const struct clat_xlat *xlat, const struct clat_mtus *mtus,
		 const void *in, unsigned int in_len,
		 const struct in6_addr *saddr, const struct in6_addr *daddr,
		 void *out, unsigned int out_max);

#include "inline.h"

#endif /* _CLAT_CORE_H */
