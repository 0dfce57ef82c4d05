// SPDX-License-Identifier: GPL-2.0
/* Parses an IPv4 packet: what may be translated, and what is refused and why. */
#include "l4.h"

#define CLAT_IPOPT_END		0
#define CLAT_IPOPT_NOOP		1
#define CLAT_IPOPT_LSRR		131
#define CLAT_IPOPT_SSRR		137

#define CLAT_IP_DF		0x4000
#define CLAT_IP_MF		0x2000
#define CLAT_IP_OFFSET		0x1fff

/*
 * Options are not translated, but an unexpired source route forbids the
 * translation (RFC 7915, section 4.1). Octets: type, length, pointer (from 1).
 */
static int clat_parse4_options(const u8 *opt, unsigned int len)
{
	while (len) {
		if (opt[0] == CLAT_IPOPT_END)
			return 0;
		if (opt[0] == CLAT_IPOPT_NOOP) {
			opt++;
			len--;
			continue;
		}
		if (len < 2 || opt[1] < 2 || opt[1] > len)
			return -CLAT_DROP_HEADER46;
		if (opt[0] == CLAT_IPOPT_LSRR || opt[0] == CLAT_IPOPT_SSRR) {
			if (opt[1] < 3)
				return -CLAT_DROP_HEADER46;
			if (opt[2] <= opt[1])
				return -CLAT_DROP_SOURCE_ROUTE46;
		}
		len -= opt[1];
		opt += opt[1];
	}
	return 0;
}

/*
 * Numbers that mean something else in IPv6: extension headers, which a payload
 * would pass for, and ICMPv6, which it can't be. IGMP is for the link alone:
 * RFC 7915, section 4.2.
 */
static bool clat_proto4_refused(u8 proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
	       proto == IPPROTO_FRAGMENT || proto == IPPROTO_DSTOPTS ||
	       proto == IPPROTO_ICMPV6 || proto == IPPROTO_IGMP;
}

/* What the header alone says. */
static inline int clat_parse4_header(const struct iphdr *ip, struct clat_packet *pkt)
{
	u16 frag = ntohs(ip->frag_off);

	pkt->len = ntohs(ip->tot_len);
	pkt->l4_off = ip->ihl * 4;
	pkt->proto = ip->protocol;
	pkt->tos = ip->tos;
	pkt->ttl = ip->ttl;
	pkt->df = frag & CLAT_IP_DF;
	pkt->frag = frag & (CLAT_IP_MF | CLAT_IP_OFFSET);
	pkt->more = frag & CLAT_IP_MF;
	pkt->frag_off = (frag & CLAT_IP_OFFSET) * 8;
	pkt->id = ntohs(ip->id);

	/* No datagram reaches beyond what its length can say. */
	if (ip->version != 4 || pkt->l4_off < sizeof(*ip) ||
	    pkt->len < pkt->l4_off ||
	    pkt->frag_off + pkt->len - pkt->l4_off > 0xffff)
		return -CLAT_DROP_HEADER46;
	if (clat_proto4_refused(pkt->proto))
		return -CLAT_DROP_PROTOCOL46;
	/* Its checksum could not be made: it covers what is elsewhere. */
	if (pkt->proto == IPPROTO_ICMP && pkt->frag)
		return -CLAT_DROP_ICMP_FRAGMENT46;
	return 0;
}

/* A datagram without a checksum gets one, over all of it: it must be here. */
static int clat_parse4_udp(const struct udphdr *udp,
			   const struct clat_packet *pkt)
{
	if (udp->check)
		return 0;
	if (pkt->frag)
		return -CLAT_DROP_UDP46;
	return ntohs(udp->len) == pkt->len - pkt->l4_off ?
	       0 : -CLAT_DROP_TRANSPORT46;
}

static int clat_parse4_l4(const u8 *l4, struct clat_packet *pkt)
{
	if (pkt->proto == IPPROTO_UDP)
		return clat_parse4_udp((const struct udphdr *)l4, pkt);
	if (pkt->proto == IPPROTO_ICMP) {
		pkt->l4 = clat_icmp4_class(*l4);
		if (pkt->l4 == CLAT_L4_OPAQUE)
			return -CLAT_DROP_ICMP46;
	}
	return 0;
}

/**
 * clat_parse4() - parse an IPv4 packet for translation
 * @data:	the IPv4 header
 * @linear:	octets that can be read at @data
 * @total:	octets the packet has, link padding included
 * @pkt:	filled in where 0 is returned
 *
 * Addresses are not judged here. Context: any; reads @linear octets at most.
 *
 * Return: 0 if the packet can be translated, the number of octets that must be
 * readable before it can be told, or a negative drop reason.
 */
int clat_parse4(const void *data, unsigned int linear, unsigned int total,
		struct clat_packet *pkt)
{
	const struct iphdr *ip = data;
	int err;

	err = clat_need(sizeof(*ip), linear, total, CLAT_DROP_HEADER46);
	if (err)
		return err;
	err = clat_parse4_header(ip, pkt);
	if (err == -CLAT_DROP_HEADER46 || pkt->len > total)
		return -CLAT_DROP_HEADER46;

	if (pkt->l4_off > linear)
		return pkt->l4_off;
	if (ip_fast_csum(ip, ip->ihl))
		return -CLAT_DROP_CHECKSUM46;
	if (err)
		return err;
	if (pkt->l4_off > sizeof(*ip)) {
		err = clat_parse4_options((const u8 *)(ip + 1),
					  pkt->l4_off - sizeof(*ip));
		if (err)
			return err;
	}

	if (pkt->frag_off) {
		pkt->l4 = CLAT_L4_OPAQUE;
		pkt->l4_len = 0;
		return 0;
	}
	clat_l4_find(pkt, IPPROTO_ICMP);
	err = clat_need(pkt->l4_off + pkt->l4_len, linear, pkt->len,
			CLAT_DROP_TRANSPORT46);
	if (err)
		return err;
	return clat_parse4_l4((const u8 *)data + pkt->l4_off, pkt);
}

/**
 * clat_parse4_quoted() - parse the packet that an ICMPv4 error quotes
 * @data:	its IPv4 header
 * @len:	octets there are; it may have been cut
 * @pkt:	filled in where 0 is returned
 *
 * Its header checksum is that of some router on the way, and options were for
 * them: neither is looked at. A UDP datagram without a checksum stays so.
 *
 * Return: 0, or a negative drop reason. An ICMP error is refused.
 */
int clat_parse4_quoted(const void *data, unsigned int len,
		       struct clat_packet *pkt)
{
	const u8 *l4;

	if (len < sizeof(struct iphdr) || clat_parse4_header(data, pkt) ||
	    len < pkt->l4_off)
		return -CLAT_DROP_QUOTE46;
	if (pkt->frag_off) {
		pkt->l4 = CLAT_L4_OPAQUE;
		return 0;
	}
	if (!clat_l4_quoted(pkt, IPPROTO_ICMP, len - pkt->l4_off))
		return -CLAT_DROP_QUOTE46;

	l4 = (const u8 *)data + pkt->l4_off;
	if (pkt->proto == IPPROTO_ICMP &&
	    clat_icmp4_class(*l4) != CLAT_L4_ECHO)
		return -CLAT_DROP_QUOTE46;
	if (pkt->proto == IPPROTO_UDP && pkt->l4 == CLAT_L4_SUM &&
	    !((const struct udphdr *)l4)->check)
		pkt->l4 = CLAT_L4_OPAQUE;
	return 0;
}
