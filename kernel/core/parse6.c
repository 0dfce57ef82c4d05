// SPDX-License-Identifier: GPL-2.0
/* Parses an IPv6 packet: what may be translated, and what is refused and why. */
#include "l4.h"

/* Extension headers that are looked through before a packet is refused. */
#define CLAT_EXTENSIONS_MAX	8

/* Extension headers that the kernel has no name for */
#define CLAT_IPPROTO_HIP	139
#define CLAT_IPPROTO_SHIM6	140

#define CLAT_FRAG6_OFFSET	0xfff8
#define CLAT_FRAG6_MORE		0x0001

/* The octets that all extension headers but the Fragment header begin with. */
struct clat_ext {
	u8 nexthdr;
	u8 len;		/* of what follows the first 8 octets, in those */
	u8 type;
	u8 segments_left;
};

static bool clat_is_ext(u8 nexthdr)
{
	return nexthdr == IPPROTO_HOPOPTS || nexthdr == IPPROTO_ROUTING ||
	       nexthdr == IPPROTO_DSTOPTS;
}

static inline int clat_parse6_header(const struct ipv6hdr *ip6,
				     struct clat_packet *pkt)
{
	pkt->len = sizeof(*ip6) + ntohs(ip6->payload_len);
	pkt->l4_off = sizeof(*ip6);
	pkt->proto = ip6->nexthdr;
	pkt->tos = ntohs(*(const __be16 *)ip6) >> 4;
	pkt->ttl = ip6->hop_limit;
	pkt->df = false;
	pkt->frag = false;
	pkt->more = false;
	pkt->frag_off = 0;
	return ip6->version == 6 ? 0 : -CLAT_DROP_HEADER64;
}

/* Passes one extension header; at a refusal l4_off has the octet at fault. */
static int clat_parse6_ext(const void *data, struct clat_packet *pkt,
			   unsigned int linear, unsigned int total)
{
	const struct clat_ext *ext = data + pkt->l4_off;
	int err;

	err = clat_need(pkt->l4_off + 8, linear, total,
			CLAT_DROP_EXTENSION64);
	if (err)
		return err;
	/* Hop-by-hop options are the first or nowhere: RFC 8200, section 4.1 */
	if (pkt->proto == IPPROTO_HOPOPTS &&
	    pkt->l4_off != sizeof(struct ipv6hdr))
		return -CLAT_DROP_EXTENSION64;
	if (pkt->proto == IPPROTO_ROUTING && ext->segments_left) {
		pkt->l4_off += offsetof(struct clat_ext, segments_left);
		return -CLAT_DROP_ROUTING64;
	}
	pkt->proto = ext->nexthdr;
	pkt->l4_off += 8 + ext->len * 8;
	return 0;
}

static int clat_parse6_frag(const void *data, struct clat_packet *pkt,
			    unsigned int linear, unsigned int total)
{
	const u8 *frag = data + pkt->l4_off;
	const __be16 *off = (const __be16 *)(frag + 2);
	const __be32 *id = (const __be32 *)(frag + 4);
	int err;

	err = clat_need(pkt->l4_off + CLAT_FRAG_LEN, linear, total,
			CLAT_DROP_EXTENSION64);
	if (err)
		return err;
	pkt->proto = frag[0];
	pkt->frag = true;
	pkt->more = ntohs(*off) & CLAT_FRAG6_MORE;
	pkt->frag_off = ntohs(*off) & CLAT_FRAG6_OFFSET;
	pkt->id = ntohl(*id);
	pkt->l4_off += CLAT_FRAG_LEN;

	/* RFC 7915, section 5.1.1: of all extension headers only ESP may follow. */
	if (clat_is_ext(pkt->proto) || pkt->proto == IPPROTO_FRAGMENT ||
	    pkt->proto == IPPROTO_AH || pkt->proto == IPPROTO_MH ||
	    pkt->proto == CLAT_IPPROTO_HIP || pkt->proto == CLAT_IPPROTO_SHIM6)
		return -CLAT_DROP_EXTENSION64;
	/* The IPv4 datagram that it is a part of must have a length. */
	if (pkt->frag_off + pkt->len - pkt->l4_off + sizeof(struct iphdr) >
	    0xffff)
		return -CLAT_DROP_TOO_BIG64;
	return 0;
}

/* Passes all extension headers: l4_off is behind the last. */
static int clat_parse6_chain(const void *data, struct clat_packet *pkt,
			     unsigned int linear, unsigned int total)
{
	unsigned int n = 0;
	int err;

	while (clat_is_ext(pkt->proto)) {
		if (n++ == CLAT_EXTENSIONS_MAX)
			return -CLAT_DROP_EXTENSION64;
		err = clat_parse6_ext(data, pkt, linear, total);
		if (err)
			return err;
	}
	if (pkt->proto == IPPROTO_FRAGMENT) {
		err = clat_parse6_frag(data, pkt, linear, total);
		if (err)
			return err;
	}
	if (pkt->l4_off > total)
		return -CLAT_DROP_EXTENSION64;
	/* ICMPv4 has no business in IPv6. */
	if (pkt->proto == IPPROTO_ICMP)
		return -CLAT_DROP_PROTOCOL64;
	/* An atomic fragment is a whole message: RFC 6946 */
	if (pkt->proto == IPPROTO_ICMPV6 && (pkt->frag_off || pkt->more))
		return -CLAT_DROP_ICMP_FRAGMENT64;
	return 0;
}

/**
 * clat_parse6() - parse an IPv6 packet for translation
 * @data:	the IPv6 header
 * @linear:	octets that can be read at @data
 * @total:	octets the packet has, link padding included
 * @pkt:	filled in where 0 is returned, and @l4_off where
 *		-CLAT_DROP_ROUTING64 is
 *
 * Addresses are not judged here. Context: any; reads @linear octets at most.
 *
 * Return: 0 if the packet can be translated, the number of octets that must be
 * readable before it can be told, or a negative drop reason.
 */
int clat_parse6(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt)
{
	const struct ipv6hdr *ip6 = data;
	int err;

	err = clat_need(sizeof(*ip6), linear, total, CLAT_DROP_HEADER64);
	if (err)
		return err;
	err = clat_parse6_header(ip6, pkt);
	if (err || pkt->len > total)
		return -CLAT_DROP_HEADER64;
	/* Nearly all packets have no extension headers. */
	if (pkt->proto != IPPROTO_TCP && pkt->proto != IPPROTO_UDP) {
		err = clat_parse6_chain(data, pkt, linear, pkt->len);
		if (err)
			return err;
	}
	/* The IPv4 packet must have a length. */
	if (pkt->len - pkt->l4_off + sizeof(struct iphdr) > 0xffff)
		return -CLAT_DROP_TOO_BIG64;

	if (pkt->frag_off) {
		pkt->l4 = CLAT_L4_OPAQUE;
		pkt->l4_len = 0;
		return clat_need(pkt->l4_off, linear, pkt->len,
				 CLAT_DROP_EXTENSION64);
	}
	clat_l4_find(pkt, IPPROTO_ICMPV6);
	err = clat_need(pkt->l4_off + pkt->l4_len, linear, pkt->len,
			CLAT_DROP_TRANSPORT64);
	if (err || pkt->proto != IPPROTO_ICMPV6)
		return err;
	pkt->l4 = clat_icmp6_class(*((const u8 *)data + pkt->l4_off));
	return pkt->l4 == CLAT_L4_OPAQUE ? -CLAT_DROP_ICMP64 : 0;
}

/**
 * clat_parse6_quoted() - parse the packet that an ICMPv6 error quotes
 * @data:	its IPv6 header
 * @len:	octets there are; it may have been cut
 * @pkt:	filled in where 0 is returned
 *
 * Return: 0, or a negative drop reason. An ICMP error is refused.
 */
int clat_parse6_quoted(const void *data, unsigned int len,
		       struct clat_packet *pkt)
{
	const u8 *l4;

	if (len < sizeof(struct ipv6hdr) || clat_parse6_header(data, pkt) ||
	    clat_parse6_chain(data, pkt, len, len) || pkt->len < pkt->l4_off ||
	    pkt->len - pkt->l4_off + sizeof(struct iphdr) > 0xffff)
		return -CLAT_DROP_QUOTE64;
	if (pkt->frag_off) {
		pkt->l4 = CLAT_L4_OPAQUE;
		return 0;
	}
	if (!clat_l4_quoted(pkt, IPPROTO_ICMPV6, len - pkt->l4_off))
		return -CLAT_DROP_QUOTE64;

	l4 = (const u8 *)data + pkt->l4_off;
	if (pkt->proto == IPPROTO_ICMPV6 &&
	    clat_icmp6_class(*l4) != CLAT_L4_ECHO)
		return -CLAT_DROP_QUOTE64;
	if (pkt->proto == IPPROTO_UDP && pkt->l4 == CLAT_L4_SUM &&
	    !((const struct udphdr *)l4)->check)
		pkt->l4 = CLAT_L4_OPAQUE;
	return 0;
}
