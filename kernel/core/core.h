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

/**
 * struct clat_packet - what a parser found in a packet
 * @len:	octets of the packet as its IP header counts them
 * @l4_off:	octets before the transport header
 * @l4_len:	octets of the transport header that the translator reads or
 *		writes, all of them in the linear part
 * @check_off:	offset of the checksum field in the transport header
 * @proto:	IP protocol number, of the family the packet came in
 * @tos:	TOS octet or traffic class
 * @ttl:	TTL or hop limit
 * @df:		IPv4 only: Don't Fragment is set
 */
struct clat_packet {
	unsigned int len;
	u16 l4_off;
	u8 l4_len;
	u8 check_off;
	u8 proto;
	u8 tos;
	u8 ttl;
	bool df;
};

/**
 * struct clat_plat - a PLAT prefix (pref64, RFC 6052)
 * @addr:	the prefix, zero beyond its length
 * @len:	32, 40, 48, 56, 64 or 96
 * @sum:	sum of @addr as 16-bit words
 * @aligned:	the IPv4 address lies on 16-bit words in an address under this
 *		prefix, so that the sum of such an address is @sum plus that of
 *		the IPv4 address
 * @wkp:	the Well-Known Prefix 64:ff9b::/96
 */
struct clat_plat {
	struct in6_addr addr;
	u8 len;
	bool aligned;
	bool wkp;
	__wsum sum;
};

/* core/addr.c */
bool clat_plat_init(struct clat_plat *plat, const struct in6_addr *addr,
		    unsigned int len);
void clat_plat_embed(const struct clat_plat *plat, __be32 v4,
		     struct in6_addr *v6);
bool clat_plat_match(const struct clat_plat *plat, const struct in6_addr *v6);
__be32 clat_plat_extract(const struct clat_plat *plat,
			 const struct in6_addr *v6);
bool clat_v4_never(__be32 addr);
bool clat_v4_far_never(__be32 addr);
bool clat_v4_never_overlap(__be32 addr, __be32 mask);
bool clat_v4_global(__be32 addr);
bool clat_v6_never(const struct in6_addr *addr);

/* core/parse4.c, core/parse6.c */
int clat_parse4(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt);
int clat_parse6(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt);

/* core/hdr.c */
void clat_hdr46(struct ipv6hdr *ip6, const struct clat_packet *pkt,
		const struct in6_addr *saddr, const struct in6_addr *daddr);
void clat_hdr64(struct iphdr *ip, const struct clat_packet *pkt,
		__be32 saddr, __be32 daddr, __be16 id, bool df);

/* core/csum.c */
__wsum clat_csum_icmp_pseudo(const struct in6_addr *saddr,
			     const struct in6_addr *daddr, u32 len);
void clat_csum_full(__sum16 *check, __wsum delta);
void clat_csum_partial(__sum16 *check, __wsum delta);

/* core/icmp.c */
int clat_icmp46(u8 type);
int clat_icmp64(u8 type);

/**
 * clat_need() - say how much of a packet a parser must see to go on
 * @want:	octets to be read
 * @linear:	octets that can be read
 * @total:	octets the packet has
 * @drop:	reason if there are fewer than @want
 *
 * Return: 0 if they can be read, @want if they must be pulled first, the
 * negative reason if the packet has fewer.
 */
static inline int clat_need(unsigned int want, unsigned int linear,
			    unsigned int total, enum clat_drop drop)
{
	if (want <= linear && want <= total)
		return 0;
	return want <= total ? (int)want : -(int)drop;
}

#endif /* _CLAT_CORE_H */
